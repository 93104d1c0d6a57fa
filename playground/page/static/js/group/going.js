// What became of the words that one has just sent: how long an answer still waits, with a button that takes it back
// with 👎 as its author would; then that it was delivered, or that a note was written down.

import { act } from "../api.js";
import { refuse } from "../chat/refusals.js";
import { fill, h } from "../dom.js";
import { t } from "../words.js";
import { now } from "../world.js";
import { client, inOrder } from "./fate.js";
import { known } from "./looks.js";

const WAITS = "✍"; // the desk's marks: it waits to go, it went, it stays inside, it was taken back
const WENT = { "👌": "went", "👀": "noted", "🙈": "withdrawn" };
const SHOWN = 6000; // milliseconds that what became of it stays

export class Going {
  // `where()` is {chat, thread}, `acting()` {person, group}.
  constructor({ where, acting }) {
    Object.assign(this, { where, acting, before: {}, said: "" });
    this.words = h("span");
    this.left = h("b", { "aria-hidden": "true" });
    this.button = h("button", { type: "button", class: "take-back", onclick: () => this.takeBack() });
    this.element = h("div", { class: "going", role: "status", hidden: true }, this.words, this.left, this.button);
  }

  draw() {
    clearTimeout(this.timer);
    const { chat, thread } = this.where();
    const last = inOrder(chat, thread).findLast((one) => one.from?.id === this.acting().person);
    const left = last ? this.waits(last) : 0;
    if (left > 0) this.show("waits", left, last);
    else this.became(last, `${chat} ${thread} ${last?.message_id}`);
    this.before = { id: last?.message_id, marks: last?.reactions ?? [] };
  }

  // The seconds that these words still wait, 0 for none.
  waits({ date, reactions = [] }) {
    if (!reactions.includes(WAITS) || reactions.includes("👎")) return 0;
    const { chat, thread } = this.where();
    const door = client(chat, thread)?.door;
    const hold = known.hold[!door || door === "Telegram" ? "telegram" : "mail"];
    return Math.min(hold, Math.ceil(date + hold - now() / 1000));
  }

  // Told once, when it happens before one's eyes.
  became(last, key) {
    const mark = Object.keys(WENT).find((one) => last?.reactions?.includes(one));
    const fresh = mark && this.before.id === last.message_id && !this.before.marks.includes(mark);
    if (fresh) this.until = { key, at: performance.now() + SHOWN, what: WENT[mark] };
    const rest = this.until?.key === key ? this.until.at - performance.now() : 0;
    if (rest <= 0) { this.show(""); return; }
    this.show(this.until.what);
    this.timer = setTimeout(() => this.draw(), rest);
  }

  show(what, left = 0, message = null) {
    this.message = message;
    this.element.hidden = !what;
    this.element.dataset.what = what;
    const said = what ? t(`group.going_${what}`) : "";
    if (this.said !== said) {
      this.said = said;
      fill(this.words, said);
      fill(this.button, t("group.take_back"));
    }
    this.button.hidden = what !== "waits";
    fill(this.left, left ? t("group.seconds", { count: left }) : "");
    if (left) this.timer = setTimeout(() => this.draw(), 500);
  }

  async takeBack() {
    try {
      await act("react", { ...this.acting(), message: this.message.message_id, emoji: "👎" });
    } catch (error) {
      refuse(error);
    }
  }
}
