// The words of a mail: links that work, quotes folded away; its HTML in a frame in which nothing runs.

import { post } from "../api.js";
import { h } from "../dom.js";
import { openLink } from "../links.js";
import { on, person as known, state } from "../world.js";
import { t } from "../words.js";
import { current } from "./store.js";

const LINK = /https?:\/\/[^\s<>"«»]+/g;
const TELEGRAM = /^https?:\/\/(t|telegram)\.me\//i;

// Links to the bot open as the person whose mailbox this is; who has no Telegram yet gets one.
export async function follow(address) {
  const owner = current();
  let person = owner?.person ?? null;
  if (TELEGRAM.test(address) && owner && !owner.shared && person === null && owner.name) {
    person = state.people.find((one) => one.name === owner.name)?.id ?? (await post("/control/person", { name: owner.name })).id;
    await heardOf(person);
  }
  openLink(address, person === null ? {} : { person });
}

// The page hears of people by its stream, which may be behind the answer that made them.
function heardOf(id) {
  return new Promise((done) => {
    const stop = on("*", () => look());
    const look = () => { if (known(id)) { stop(); done(); } };
    look();
  });
}

export function linked(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const address = match[0].replace(/[.,;:!?)\]}'"]+$/, "");
    nodes.push(text.slice(at, match.index), link(address));
    at = match.index + address.length;
  }
  nodes.push(text.slice(at));
  return nodes;
}

function link(address) {
  return h("a", {
    href: address, target: "_blank", rel: "noopener noreferrer",
    onclick: (event) => { event.preventDefault(); follow(address); },
  }, address);
}

// Lines that begin with ">" and the line above that says whose they are.
export function words(text) {
  const pieces = [];
  for (const line of text.split("\n")) {
    const quote = line.startsWith(">");
    if (!pieces.length || pieces.at(-1).quote !== quote) pieces.push({ quote, lines: [] });
    pieces.at(-1).lines.push(line);
  }
  return h("div", { class: "mail-text" }, pieces.map(({ quote, lines }) => quote
    ? h("details", { class: "mail-quote", open: pieces.length === 1 },
      h("summary", {}, t("mail.quote", { count: lines.length })),
      h("div", {}, linked(lines.map((line) => line.replace(/^> ?/, "")).join("\n"))))
    : h("div", {}, linked(lines.join("\n")))));
}

export function looks(address, label) {
  const frame = h("iframe", { class: "mail-html", title: label, sandbox: "allow-same-origin", referrerPolicy: "no-referrer" });
  frame.addEventListener("load", () => {
    const inside = frame.contentDocument;
    if (!inside?.body) return;
    // Without scripts of its own the frame cannot measure itself: the page does, also when a picture arrives.
    let fits = 0; // a mail that is always as high as its window would grow for ever
    const fit = () => { if (fits++ < 8) frame.style.height = `${Math.min(inside.documentElement.scrollHeight + 2, 4000)}px`; };
    fit();
    new ResizeObserver(fit).observe(inside.body);
    inside.addEventListener("click", (event) => {
      const clicked = event.target.closest?.("a[href], area[href]");
      if (!clicked) return;
      event.preventDefault();
      follow(clicked.getAttribute("href"));
    });
  });
  frame.src = address;
  return frame;
}
