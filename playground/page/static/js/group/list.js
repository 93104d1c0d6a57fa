// The list of topics: General on top, the liveliest next, closed ones folded below; found by words in the name.

import { isService, placeOf, unreadByPlace } from "../chat/unread.js";
import { fill, h, icon } from "../dom.js";
import { t } from "../words.js";
import { messages } from "../world.js";
import { here, me, openTopic, topics } from "./here.js";
import { inOneLine, shortly, topicIcon, topicName } from "./looks.js";

export class TopicList {
  // `open(thread)` is called when somebody chooses a topic, `menu(topic, anchor, event)` for what can be done with it.
  constructor({ open, menu }) {
    this.open = open;
    this.menu = menu;
    this.rows = new Map();
    this.search = h("input", { type: "search", class: "topic-search", autocomplete: "off", oninput: () => this.draw() });
    this.lively = h("ul", { class: "topic-rows" });
    this.closed = h("ul", { class: "topic-rows" });
    this.count = h("span");
    this.fold = h("details", { class: "closed-topics" }, h("summary", {}, icon("lock", { size: 14 }), " ", this.count), this.closed);
    this.nothing = h("p", { class: "no-topics soft" });
    this.scroll = h("div", { class: "topic-scroll" }, this.lively, this.nothing, this.fold);
    this.element = h("nav", { class: "topic-list" }, this.search, this.scroll);
    this.element.addEventListener("keydown", (event) => this.travel(event));
  }

  // Once for many events at a time.
  soon() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; this.draw(); });
  }

  draw() {
    const group = here();
    const held = this.scroll.contains(document.activeElement) ? document.activeElement : null;
    this.element.setAttribute("aria-label", t("group.topics"));
    this.search.placeholder = t("group.search");
    this.search.setAttribute("aria-label", t("group.search"));
    if (!group) return;
    const last = lastOf(group.id);
    const news = unreadByPlace(me()?.id, group.id);
    const wanted = this.search.value.trim().toLowerCase();
    const shown = topics().filter((one) => topicName(one).toLowerCase().includes(wanted));
    const at = (one) => last.get(one.message_thread_id)?.message_id ?? one.message_thread_id;
    shown.sort((one, other) => (other.message_thread_id === 1) - (one.message_thread_id === 1) || at(other) - at(one));
    const isShut = (one) => one.closed && one.message_thread_id !== 1;
    this.place(this.lively, shown.filter((one) => !isShut(one)), last, news);
    const shut = shown.filter(isShut);
    this.place(this.closed, shut, last, news);
    this.fold.hidden = shut.length === 0;
    const chosen = shut.some((one) => one.message_thread_id === openTopic());
    if (wanted || (chosen && !this.chosen)) this.fold.open = true; // what is open is to be seen in the list as well
    this.chosen = chosen;
    fill(this.count, t("group.closed", { count: shut.length }));
    this.nothing.hidden = shown.length > 0;
    fill(this.nothing, wanted ? t("group.none_found") : "");
    const there = new Set(topics().map((one) => one.message_thread_id));
    for (const [id, row] of this.rows) if (!there.has(id)) { row.element.remove(); this.rows.delete(id); }
    if (held !== document.activeElement) held?.focus({ preventScroll: true });
    if (held && held !== document.activeElement) this.current()?.focus({ preventScroll: true });
  }

  current() {
    return this.element.querySelector(".topic-row[aria-current=true]");
  }

  // Rows are kept and moved, so that the one with the focus can keep it.
  place(list, shown, last, news) {
    const wanted = shown.map((topic) => {
      const id = topic.message_thread_id;
      if (!this.rows.has(id)) this.rows.set(id, new Row(id, this));
      const row = this.rows.get(id);
      row.draw(topic, last.get(id), news.get(id) ?? 0);
      return row.element;
    });
    for (const child of [...list.children]) if (!wanted.includes(child)) child.remove();
    wanted.forEach((element, index) => { if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null); });
  }

  travel(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const all = [...this.element.querySelectorAll(".topic-row")].filter((one) => one.offsetParent !== null);
    const next = document.activeElement === this.search ? 0 : all.indexOf(document.activeElement) + step;
    if (next < 0) this.search.focus();
    else all[Math.min(next, all.length - 1)]?.focus();
    event.preventDefault();
  }
}

class Row {
  constructor(id, list) {
    this.id = id;
    this.list = list;
    this.button = h("button", {
      type: "button", class: "topic-row", dataset: { thread: id }, onclick: () => list.open(id),
      oncontextmenu: (event) => { if (this.topic && id !== 1) { event.preventDefault(); list.menu(this.topic, this.button, event); } },
    });
    this.element = h("li", {}, this.button);
  }

  draw(topic, last, news) {
    this.topic = topic;
    const chosen = openTopic() === this.id;
    const { who, words } = last ? inOneLine(last, me()?.id) : { who: "", words: t("group.empty_topic") };
    const time = last ? shortly(last.date * 1000) : "";
    const key = JSON.stringify([topic, chosen, who, words, time, news, t("group.general")]);
    this.button.setAttribute("aria-current", chosen);
    if (key === this.key) return;
    this.key = key;
    const name = topicName(topic);
    const number = /^[\p{L}\d]{1,10}-\d{1,4} · /u.exec(name)?.[0] ?? ""; // in the rail the icon says it
    this.button.title = name;
    fill(this.button,
      topicIcon(topic),
      h("span", { class: "topic-name", dir: "auto" }, number ? h("span", { class: "topic-number" }, number) : null, name.slice(number.length)),
      topic.closed ? h("span", { class: "topic-lock" }, icon("lock", { size: 12 }), h("span", { class: "hidden-words" }, t("group.is_closed"))) : null,
      h("span", { class: "topic-time" }, time),
      h("span", { class: "topic-last" }, who ? [h("b", {}, h("bdi", {}, who), ": ")] : null, h("bdi", {}, words)),
      news ? h("span", { class: "topic-news" }, h("span", { "aria-hidden": "true" }, news > 99 ? "99+" : news), h("span", { class: "hidden-words" }, t("group.unread", { count: news }))) : null);
  }
}

// The last message of each topic that somebody said.
function lastOf(chat) {
  const last = new Map();
  for (const message of messages(chat).values()) if (!isService(message)) last.set(placeOf(message), message);
  return last;
}
