// The messages of one place, drawn piece by piece: an event touches its own bubble, old ones are drawn when wanted.

import { h, icon } from "../dom.js";
import { dayName, t } from "../words.js";
import { bubble } from "./message.js";
import { reach, travel } from "./reach.js";
import { soon } from "./soon.js";
import { isService, placeOf } from "./unread.js";

const CHUNK = 80; // bubbles that are drawn at once
const MOST = 400; // bubbles kept while one looks at the newest
const NEAR = 60; // pixels from the end that count as the end
const TOGETHER = 300; // seconds within which one sender's messages stand together

export class MessageList {
  // `view` is the ChatView; `seen(id)` is called with the newest message that is in sight.
  constructor(view, seen) {
    this.view = view;
    this.seen = seen;
    this.all = [];
    this.rows = [];
    this.first = 0;
    this.fresh = 0;
    this.stuck = true;
    this.top = 0;
    this.pending = [];
    this.later = soon(() => this.flush());
    this.inner = h("div", { class: "rows" });
    this.log = h("div", { class: "log", role: "log", tabIndex: 0, "aria-label": t("chat.messages"), "aria-live": "off", onscroll: () => this.scrolled(), onkeydown: (event) => travel(this, event) }, this.inner);
    this.down = h("button", { type: "button", class: "icon down", hidden: true, onclick: () => this.toEnd(true) }, icon("down"), h("span", { class: "count" }));
    this.element = h("div", { class: "list" }, this.log, this.down);
    new ResizeObserver(() => { if (this.stuck) this.toEnd(); else this.follow(); }).observe(this.inner);
    new ResizeObserver(() => { if (this.stuck) this.toEnd(); }).observe(this.log);
    reach(this);
  }

  // New messages are read aloud to whoever is in this conversation, and not four conversations at once.
  speak(yes) {
    this.log.setAttribute("aria-live", yes ? "polite" : "off");
  }

  show(messages) {
    this.speak(false);
    this.all = messages;
    this.pending = [];
    this.fresh = 0;
    this.stuck = true;
    this.first = this.startOf(Math.max(0, messages.length - CHUNK));
    this.redraw();
    this.toEnd();
  }

  // Everything that is drawn, anew: another language, another person who looks.
  redraw() {
    this.flush(); // what waits for the next frame would be drawn twice
    const held = this.inner.contains(document.activeElement) ? document.activeElement.closest("[data-message]") : null;
    const top = this.log.scrollTop;
    this.rows = [];
    this.inner.replaceChildren();
    this.append(this.all.slice(this.first));
    if (!this.stuck) this.log.scrollTop = top;
    if (held) this.rove(this.rows[this.find(Number(held.dataset.message))] ?? this.rows.at(-1));
    if (held) (this.current?.bubble ?? this.log).focus({ preventScroll: true });
    this.log.setAttribute("aria-label", t("chat.messages"));
    this.down.setAttribute("aria-label", t("chat.to_end"));
    this.count();
  }

  // An album is never cut in two.
  startOf(index) {
    let at = index;
    while (at > 0 && this.all[at]?.media_group_id && this.all[at].media_group_id === this.all[at - 1].media_group_id) at -= 1;
    return at;
  }

  added(message) {
    this.all.push(message);
    this.pending.push(message);
    this.later();
  }

  flush() {
    const fresh = this.pending;
    this.pending = [];
    if (!fresh.length) return;
    if (this.stuck && fresh.length > CHUNK) {
      this.first = this.startOf(this.all.length - CHUNK);
      this.redraw();
    } else this.append(fresh);
    const own = fresh.some((one) => this.view.isMine(one));
    if (own || this.stuck) this.toEnd();
    else this.fresh += fresh.filter((one) => !isService(one)).length;
    this.count();
  }

  append(messages) {
    const before = this.rows.length;
    for (const message of messages) {
      const last = this.rows.at(-1);
      if (message.media_group_id && last?.album === message.media_group_id) {
        last.pieces.push(message);
        this.paint(last);
      } else this.rows.push(this.row([message]));
    }
    this.inner.append(...this.rows.slice(before).map((row) => row.element));
    for (let at = Math.max(0, before - 1); at < this.rows.length; at += 1) this.dress(at);
    if (this.stuck && this.rows.length > MOST) this.trim();
    // Whoever is going through the messages by keyboard goes on from where they are.
    if (!this.inner.contains(document.activeElement) || !this.rows.includes(this.current)) this.rove(this.rows.at(-1));
  }

  trim() {
    const gone = this.rows.splice(0, this.rows.length - CHUNK * 2);
    if (gone.some((row) => row.element.contains(document.activeElement))) this.log.focus({ preventScroll: true });
    for (const row of gone) { row.element.remove(); this.first += row.pieces.length; }
    this.dress(0);
  }

  earlier() {
    if (!this.first) return;
    const from = this.startOf(Math.max(0, this.first - CHUNK));
    const older = this.all.slice(from, this.first);
    const height = this.log.scrollHeight;
    const top = this.log.scrollTop;
    const made = [];
    for (const message of older) {
      const last = made.at(-1);
      if (message.media_group_id && last?.album === message.media_group_id) last.pieces.push(message);
      else made.push({ album: message.media_group_id, pieces: [message] });
    }
    const rows = made.map(({ pieces }) => this.row(pieces));
    this.inner.prepend(...rows.map((row) => row.element));
    this.rows.unshift(...rows);
    this.first = from;
    for (let at = 0; at <= rows.length && at < this.rows.length; at += 1) this.dress(at);
    this.log.scrollTop = top + this.log.scrollHeight - height;
  }

  row(pieces) {
    const row = { album: pieces[0].media_group_id, pieces, element: h("div", { class: "row" }), day: null, bubble: null };
    this.paint(row);
    return row;
  }

  paint(row) {
    const old = row.bubble;
    row.bubble = bubble(row.pieces, this.view);
    if (!old) { row.element.append(row.bubble); return; }
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    for (const [index, open] of [...old.querySelectorAll(".spoiler")].entries()) if (open.classList.contains("open")) row.bubble.querySelectorAll(".spoiler")[index]?.classList.add("open");
    // A player goes on playing while the words around it change.
    for (const kept of old.querySelectorAll("[data-file]")) row.bubble.querySelector(`[data-file="${kept.dataset.file}"]`)?.replaceWith(kept);
    old.replaceWith(row.bubble);
    if (row === this.current) this.rove(row);
    if (focused) (focused === old ? row.bubble : row.bubble.querySelector(`[data-key="${CSS.escape(focused.dataset.key ?? "")}"]`) ?? row.bubble).focus({ preventScroll: true });
  }

  // What a bubble owes to its neighbours: the day above it, whether it goes on where the one before ended.
  dress(at) {
    const [before, row] = [this.rows[at - 1], this.rows[at]];
    if (!row) return;
    const day = dayName(row.pieces[0].date * 1000);
    const fresh = !before || dayName(before.pieces.at(-1).date * 1000) !== day;
    if (fresh && row.day?.textContent !== day) {
      row.day?.remove();
      row.day = h("div", { class: "day" }, h("span", {}, day));
      row.element.prepend(row.day);
    } else if (!fresh) { row.day?.remove(); row.day = null; }
    const [one, other] = [before?.pieces.at(-1), row.pieces[0]];
    const joined = !fresh && !isService(one) && !isService(other) && one.from?.id === other.from?.id && one.sender_chat?.id === other.sender_chat?.id && placeOf(one) === placeOf(other) && other.date - one.date < TOGETHER;
    row.element.classList.toggle("joined", joined);
    before?.element.classList.toggle("goes-on", joined);
  }

  find(id) {
    for (let at = this.rows.length - 1; at >= 0; at -= 1) if (this.rows[at].pieces.some((one) => one.message_id === id)) return at;
    return -1;
  }

  changed(message) {
    const index = this.all.findIndex((one) => one.message_id === message.message_id);
    if (index >= 0) this.all[index] = message;
    const waits = this.pending.findIndex((one) => one.message_id === message.message_id);
    if (waits >= 0) this.pending[waits] = message;
    const row = this.rows[this.find(message.message_id)];
    if (!row) return;
    row.pieces = row.pieces.map((one) => (one.message_id === message.message_id ? message : one));
    this.paint(row);
    this.quoting(message.message_id);
  }

  // Messages of a topic say its name as it is now.
  rename(thread) {
    for (const row of this.rows) if (row.pieces[0].message_thread_id === thread) this.paint(row);
  }

  // Answers show what they answer as it is now.
  quoting(id) {
    for (const row of this.rows) if (row.pieces[0].reply_to_message?.message_id === id) this.paint(row);
  }

  removed(id) {
    const index = this.all.findIndex((one) => one.message_id === id);
    if (index < 0) return;
    this.all.splice(index, 1);
    this.pending = this.pending.filter((one) => one.message_id !== id);
    if (index < this.first) { this.first -= 1; return; }
    this.quoting(id);
    const at = this.find(id);
    const row = this.rows[at];
    if (!row) return;
    row.pieces = row.pieces.filter((one) => one.message_id !== id);
    if (row.pieces.length) { this.paint(row); return; }
    const held = row.element.contains(document.activeElement);
    row.element.remove();
    this.rows.splice(at, 1);
    this.dress(at);
    if (this.rows.length) this.rows.at(-1).element.classList.remove("goes-on");
    if (row === this.current || held) this.rove(this.rows[Math.min(at, this.rows.length - 1)]);
    if (held) (this.current?.bubble ?? this.log).focus({ preventScroll: true });
  }

  // Scroll to a message and let it light up; false when it is not here.
  jump(id) {
    const index = this.all.findIndex((one) => one.message_id === id);
    if (index < 0) return false;
    this.flush();
    while (index < this.first) this.earlier();
    const row = this.rows[this.find(id)];
    this.stuck = false;
    row.element.scrollIntoView({ block: "center" });
    row.element.classList.remove("lit");
    void row.element.offsetWidth; // begins the light anew
    row.element.classList.add("lit");
    this.rove(row);
    return true;
  }

  toEnd(asked = false) {
    if (asked) this.flush();
    this.stuck = true;
    this.log.scrollTop = this.log.scrollHeight;
    this.top = this.log.scrollTop;
    this.follow();
  }

  scrolled() {
    const { scrollTop, scrollHeight, clientHeight } = this.log;
    // What has grown meanwhile does not mean that somebody went up.
    this.stuck = scrollHeight - scrollTop - clientHeight < NEAR || (this.stuck && scrollTop >= this.top);
    this.top = scrollTop;
    if (scrollTop < 200) this.earlier();
    this.follow();
  }

  follow() {
    const visible = this.log.clientHeight > 0;
    if (visible && this.stuck) {
      this.fresh = 0;
      const last = this.all.at(-1);
      if (last) this.seen(last.message_id);
    }
    this.count();
  }

  count() {
    this.down.hidden = this.stuck || !this.all.length;
    const label = this.fresh ? t("chat.new_messages", { count: this.fresh }) : t("chat.to_end");
    if (this.down.title !== label) { this.down.title = label; this.down.setAttribute("aria-label", label); }
    this.down.lastChild.textContent = this.fresh || "";
  }

  // By keyboard: one bubble at a time is in the tab order, arrows go through them.
  rove(row) {
    if (this.current) for (const element of [this.current.bubble, this.current.bubble.querySelector(".more")]) element?.setAttribute("tabindex", "-1");
    this.current = row;
    if (row) for (const element of [row.bubble, row.bubble.querySelector(".more")]) element?.setAttribute("tabindex", "0");
  }
}
