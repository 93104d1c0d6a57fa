// The pane of what the desk thinks: all tickets and the desk as a whole, or one ticket with everything about it.

import { get } from "./api.js";
import { add, fill, h, iconButton, toast } from "./dom.js";
import * as layout from "./layout.js";
import { recall, remember } from "./memory.js";
import { drawOverview } from "./thoughts/overview.js";
import { keepPlace, own } from "./thoughts/parts.js";
import { drawTicket, goTo } from "./thoughts/ticket.js";
import { currentLanguage, dayName, onLanguage, t } from "./words.js";
import { emit, now, on, state } from "./world.js";

const GENERAL = 1; // the topic that is about no ticket
const REST = 20_000; // what is left of a promise goes on shrinking while nothing else happens

// What is looked at: `number` null is the overview with its `tab`; `from` the state whose moves are shown, null the ticket's.
const view = { number: null, tab: "tickets", undone: false, more: 0, entries: 0, from: null, part: null, come: false, follow: recall("follow", true), wish: null };
let head, body, stale = false, busy = false, again = false, drawn = "", timer = 0;

export function mount(root) {
  head = h("header");
  body = h("div", { class: "thoughts" });
  add(root, [head, body]);
  drawHead();
  onLanguage(() => { drawn = ""; drawHead(); refresh(); });
  on("thoughts", refresh);
  on("clock", refresh);
  on("desk", refresh);
  on("connection", ({ connected }) => connected && refresh());
  on("shown", ({ chat, thread }) => follow(chat, thread));
  on("open-ticket", ({ number }) => choose(number));
  new IntersectionObserver(() => { if (stale && visible()) refresh(); }).observe(root);
  document.addEventListener("visibilitychange", () => { if (stale && visible()) refresh(); });
  refresh();
}

const rest = (milliseconds) => new Promise((done) => { setTimeout(done, milliseconds); });
const visible = () => !document.hidden && body.offsetParent !== null;

// Reads what is looked at and draws it. Changes while one reading is on its way make one more, not a queue of them.
async function refresh() {
  if (!visible()) { stale = true; return; }
  if (busy) { again = true; return; }
  busy = true;
  stale = false;
  clearTimeout(timer);
  try {
    do {
      again = false;
      const begun = performance.now();
      await read();
      if (again) await rest(2 * (performance.now() - begun)); // a burst must not keep the server busy with this pane alone
    } while (again);
  } catch (error) {
    if (error instanceof TypeError) return; // the server is away, which the frame tells
    if (view.number !== null) { toast(error.message, { wrong: true }); choose(null); }
  } finally {
    busy = false;
    timer = setTimeout(refresh, REST);
  }
}

async function read() {
  const language = currentLanguage();
  if (view.wish) await grant(view.wish);
  const wanted = () => JSON.stringify([view.number, view.undone, view.more, view.entries, currentLanguage()]);
  const asked = wanted();
  const { number } = view;
  const data = number === null ? await overview(language) : await get(`/api/thoughts/${number}?language=${language}&entries=${view.entries}`);
  if (asked !== wanted()) { again = true; return; }
  drawHead(data);
  // Moments of today are told without their day, so that a new day draws them anew.
  const told = JSON.stringify([asked, state.desk.alive, dayName(now()), { ...data, now: "" }]);
  if (told === drawn) return;
  drawn = told;
  keepPlace(body, () => (number === null ? drawOverview(body, data, view, deeds) : drawTicket(body, data, view, deeds)));
  if (!view.come) return;
  view.come = false;
  body.scrollTop = 0;
  if (number !== null && view.part) goTo(body, view.part);
}

// With as many pages of older tickets as were asked for.
async function overview(language) {
  const page = (before) => get(`/api/thoughts?language=${language}&undone=${view.undone ? 1 : 0}&before=${before}`);
  const data = await page(0);
  for (let pages = view.more; pages > 0 && data.tickets.older; pages -= 1) {
    const { tickets } = await page(data.tickets.rows.at(-1).id);
    data.tickets = { rows: [...data.tickets.rows, ...tickets.rows], older: tickets.older };
  }
  return data;
}

// What the parts of the pane may do.
const deeds = { choose, again: () => { drawn = ""; refresh(); }, topic };

function choose(number) {
  if (view.number === number) return;
  Object.assign(view, { number, entries: 0, from: null, wish: null, come: true });
  drawn = "";
  refresh();
}

function topic({ chat, thread }) {
  emit("open-topic", { chat, topic: thread, message: null });
  if (matchMedia("(max-width: 999px)").matches) layout.show("group");
}

// The chat or topic of another pane, when this pane is to follow; its ticket may only be written down in a moment.
function follow(chat, thread) {
  if (!view.follow || !chat || thread === GENERAL) return;
  view.wish = { chat, thread };
  refresh();
}

async function grant(wish) {
  const { number } = await get(`/api/thoughts/of?chat=${wish.chat}${wish.thread ? `&thread=${wish.thread}` : ""}`);
  if (view.wish !== wish) return;
  if (number === null) return;
  view.wish = null;
  if (number !== view.number) {
    Object.assign(view, { number, entries: 0, from: null, come: true });
  }
}

function drawHead(data = null) {
  const chosen = view.number !== null;
  const words = JSON.stringify([chosen, data?.number, view.follow, currentLanguage(), data?.subject]);
  if (head.dataset.words === words) return;
  head.dataset.words = words;
  const back = iconButton("back", t("thoughts.back"), () => { choose(null); head.querySelector("input").focus(); });
  keepPlace(head, () => fill(
    head,
    chosen && back,
    h("h2", { title: chosen && data ? data.subject : null }, chosen && data ? [`${data.number} · `, own(data.subject)] : t("page.thoughts")),
    h("label", { class: "follow", title: t("thoughts.follow_hint") },
      h("input", {
        type: "checkbox", checked: view.follow, dataset: { key: "follow" },
        onchange: (event) => { view.follow = event.target.checked; view.wish = null; remember("follow", view.follow); },
      }), t("thoughts.follow")),
  ));
}
