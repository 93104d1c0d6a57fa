// While an answer waits: how long it still does, and a button that takes it back with 👎 as its author would.

import { act } from "../api.js";
import { refuse } from "../chat/refusals.js";
import { fill, h, icon } from "../dom.js";
import { t } from "../words.js";
import { now } from "../world.js";
import { client, inOrder } from "./fate.js";
import { known } from "./looks.js";

const WAITS = "✍"; // the desk's mark on words that wait to go

export class Undo {
  // `where()` is {chat, thread}, `acting()` {person, group}.
  constructor({ where, acting }) {
    Object.assign(this, { where, acting });
    this.left = h("span", { "aria-hidden": "true" });
    this.button = h("button", { type: "button", class: "take-back", onclick: () => this.takeBack() });
    this.element = h("div", { class: "undo", role: "status", hidden: true }, icon("send", { size: 14 }), this.words = h("span"), this.left, this.button);
  }

  // The last of one's own messages here that waits, with the seconds that it still does.
  waiting() {
    const { chat, thread } = this.where();
    const { person } = this.acting();
    const last = inOrder(chat, thread).findLast((one) => one.from?.id === person && one.reactions?.includes(WAITS));
    if (!last || last.reactions.includes("👎")) return null;
    const door = client(chat, thread)?.door;
    const hold = known.hold[!door || door === "Telegram" ? "telegram" : "mail"];
    const left = Math.min(hold, Math.ceil(last.date + hold - now() / 1000));
    return left > 0 ? { message: last, left } : null;
  }

  draw() {
    const found = this.waiting();
    this.message = found?.message ?? null;
    if (this.element.hidden === Boolean(found)) {
      this.element.hidden = !found;
      fill(this.words, t("group.waits"));
      fill(this.button, t("group.take_back"));
    }
    clearTimeout(this.timer);
    if (!found) return;
    fill(this.left, t("group.seconds", { count: found.left }));
    this.timer = setTimeout(() => this.draw(), 500);
  }

  async takeBack() {
    try {
      await act("react", { ...this.acting(), message: this.message.message_id, emoji: "👎" });
    } catch (error) {
      refuse(error);
    }
  }
}
