// The calls of the Bot API that the desk makes, as they come; without what they carry, which is another's secret.

import { get } from "../api.js";
import { fill, h } from "../dom.js";
import { t } from "../words.js";
import { group, on, person } from "../world.js";
import { nothing, time } from "./parts.js";

const KEPT = 500, SHOWN = 150;
const calls = [];
const filter = { words: "", wrong: false };
let list = null, count = null, asked = false, waiting = false;

on("call", (event) => {
  if (calls.length && event.number <= calls.at(-1).number) return;
  calls.push(told(event));
  if (calls.length > KEPT) calls.splice(0, calls.length - KEPT);
  draw();
});

const told = ({ number, at, data, chat }) => ({ number, at, method: data.method, status: data.status, wrong: data.description ?? "", chat: chat ?? data.chat ?? data.params?.chat_id ?? null });

export function drawCalls(panel) {
  list = h("ol", { class: "calls" });
  count = h("span", { class: "small soft" });
  fill(
    panel,
    h("div", { class: "filter" },
      h("input", { type: "text", "aria-label": t("thoughts.filter"), placeholder: t("thoughts.filter"), value: filter.words, dataset: { key: "filter" }, oninput: (event) => { filter.words = event.target.value; draw(); } }),
      h("label", { class: "small" }, h("input", { type: "checkbox", checked: filter.wrong, dataset: { key: "wrong" }, onchange: (event) => { filter.wrong = event.target.checked; draw(); } }), t("thoughts.only_wrong")),
      count),
    h("div", { role: "log", "aria-label": t("thoughts.tab_calls"), "aria-live": "off" }, list),
  );
  now();
  if (!asked) before();
}

// Those of before the page was opened, once.
async function before() {
  asked = true;
  try {
    const known = new Set(calls.map((one) => one.number));
    calls.unshift(...(await get("/api/thoughts/calls")).filter((one) => !known.has(one.number)).map((one) => ({ ...one, wrong: one.description ?? "" })));
    now();
  } catch {
    asked = false;
  }
}

// A burst of calls is one redraw.
function draw() {
  if (waiting || !list?.isConnected) return;
  waiting = true;
  requestAnimationFrame(() => { waiting = false; now(); });
}

function now() {
  if (!list) return;
  const words = filter.words.trim().toLowerCase();
  const found = calls.filter((one) => (!filter.wrong || one.status !== 200) && (!words || `${one.method} ${one.wrong} ${place(one)}`.toLowerCase().includes(words)));
  count.textContent = t("thoughts.calls", { count: found.length });
  fill(list, found.length
    ? found.slice(-SHOWN).reverse().map((one) => h("li", { class: one.status === 200 ? "" : "wrong" },
      time(one.at), h("code", {}, one.method), h("span", { class: "soft small" }, place(one)),
      h("span", { class: "small end" }, one.status === 200 ? "✓" : `✗ ${one.status} ${one.wrong}`)))
    : h("li", {}, nothing(t("thoughts.no_calls"))));
}

function place({ chat }) {
  const id = Number(chat);
  return (id && (group(id)?.title ?? person(id)?.name)) || (chat === null ? "" : String(chat));
}
