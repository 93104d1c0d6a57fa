// Below the composer: a switch between note and answer, and in words what will become of what one writes.

import { fill, h, icon } from "../dom.js";
import { t } from "../words.js";
import { cardOf, client, fate } from "./fate.js";

const PICTURES = { inside: "lock", client: "send", unsure: "more" };

export class Foot {
  // `view()` is the ChatView below which it stands, `where()` is {chat, thread}, `bot` the bot's name in small letters.
  constructor({ view, where, bot }) {
    Object.assign(this, { view, where, bot });
    this.composed = { reply: null, edit: null, text: "" };
    this.words = h("p", { class: "fate-words", role: "status" });
    this.modes = h("div", { class: "fate-modes", role: "group" });
    this.element = h("div", { class: "fate" }, this.modes, this.words);
  }

  compose(composed) {
    this.composed = { ...this.composed, ...composed };
    this.draw();
  }

  draw() {
    const { chat, thread } = this.where();
    const { reply, edit, text } = this.composed;
    const found = fate({ chat, thread, text: text ?? "", reply, edit, bot: this.bot });
    const said = t(`group.fate_${found.fate}`, found.values);
    this.element.hidden = Boolean(this.view()?.why()); // nobody writes here: nothing to say of words
    this.element.dataset.side = found.side;
    if (this.words.textContent !== said) fill(this.words, icon(PICTURES[found.side], { size: 14 }), h("span", {}, said));
    this.drawModes(found, chat, thread, edit);
  }

  // Two buttons that say which it is and change it; only where there is a client to answer.
  drawModes(found, chat, thread, edit) {
    const whom = cardOf(chat, thread) && !edit ? client(chat, thread) : null;
    const key = whom ? JSON.stringify([whom.name, whom.door, found.side, found.fate === "answer_long", t("group.mode_note")]) : "";
    if (key === this.key) return;
    this.key = key;
    this.modes.hidden = !whom;
    if (!whom) return;
    const focused = [...this.modes.children].indexOf(document.activeElement);
    this.modes.setAttribute("aria-label", t("group.mode"));
    const answering = found.side === "client" || found.fate === "answer_long";
    fill(this.modes,
      h("button", { type: "button", class: "mode note", "aria-pressed": String(!answering), onclick: () => this.note() }, icon("lock", { size: 14 }), t("group.mode_note")),
      h("button", { type: "button", class: "mode answer", "aria-pressed": String(answering), onclick: () => this.answer() }, icon("reply", { size: 14 }), t("group.mode_answer", { name: whom.name })));
    if (focused >= 0) this.modes.children[focused].focus();
  }

  note() {
    this.view().replyTo(null);
  }

  answer() {
    const { chat, thread } = this.where();
    const whom = client(chat, thread);
    if (whom) this.view().replyTo(whom.message);
  }
}
