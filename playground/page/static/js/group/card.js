// The topic's card in one line above the conversation, as a pinned message is: how it stands, and the way to it.

import { fill, h, icon } from "../dom.js";
import { t } from "../words.js";
import { cardOf } from "./fate.js";

// Rows of the card that say how it stands, in the desk's language; the words before the colon are left out.
const ROWS = [/^(?:Состояние|Status): (.+)$/mu, /^(?:В работе у|Taken by): (.+)$|^(Ещё никто не взял|Nobody has taken it yet)$/mu,
  /^((?:Ответить до|Решить до|Answer by|Solve by) [^,\n]+)/mu];

export class CardBar {
  constructor(jump) {
    this.words = h("span");
    this.state = h("b");
    this.button = h("button", { type: "button", class: "card-bar", onclick: () => this.card && jump(this.card.message_id) }, icon("pin", { size: 16 }), h("span", { class: "card-line" }, this.state, this.words));
    this.element = this.button;
    this.button.hidden = true;
  }

  draw(chat, thread) {
    this.card = cardOf(chat, thread);
    this.button.hidden = !this.card;
    if (!this.card) return;
    const [state, ...others] = ROWS.map((row) => row.exec(this.card.text)?.slice(1).find(Boolean)).filter(Boolean);
    const said = [state ?? "", ...others].join(" · ");
    if (this.said === said && this.button.title === t("group.to_card")) return;
    this.said = said;
    this.button.title = t("group.to_card");
    fill(this.state, state ?? t("group.card"));
    fill(this.words, others.length ? ` · ${others.join(" · ")}` : "");
  }
}
