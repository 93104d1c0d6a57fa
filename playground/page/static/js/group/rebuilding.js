// A topic that was deleted, or left behind by a migration, is made anew by the desk: says so, and follows it there.

import { fill, h } from "../dom.js";
import { t } from "../words.js";
import { cardOf } from "./fate.js";
import { here, openTopic, topics } from "./here.js";
import { titleOf } from "./looks.js";

const NUMBER = /^[\p{L}\d]{1,10}-\d+(?= · )/u;
const numberIn = (words) => NUMBER.exec(words ?? "")?.[0] ?? null;
const numberOf = (topic) => numberIn(topic?.name);
// Whoever renames a topic may leave its number out; the card keeps it.
const numberOnCard = (chat, thread) => { const card = cardOf(chat, thread); return card ? numberIn(titleOf(card)) : null; };

export class Rebuilding {
  // `follow(thread)` opens the topic that came in place of the one that went.
  constructor(follow) {
    this.follow = follow;
    this.words = h("span");
    this.element = h("div", { class: "rebuilding", role: "status", hidden: true }, this.words);
    this.shown = null; // the number of the topic that was open last
    this.lost = null;
  }

  look() {
    if (this.lost) {
      const again = topics().find((one) => numberOf(one) === this.lost);
      if (again && openTopic() === 1) this.follow(again.message_thread_id);
      if (again) this.lost = null;
    }
    this.draw();
  }

  draw() {
    const open = openTopic();
    if (open !== 1) {
      const named = numberOf(topics().find((one) => one.message_thread_id === open));
      this.shown = { number: named ?? numberOnCard(here().id, open), renamed: named ? null : open };
      this.lost = null;
    } else if (this.shown?.number && !this.lost && this.gone()) {
      this.lost = this.shown.number;
    }
    if (open === 1 && this.shown && !this.lost) this.shown = null; // somebody went to General themselves
    this.element.hidden = !this.lost;
    if (this.lost) fill(this.words, t("group.rebuilding", { number: this.lost }));
  }

  gone() {
    return !topics().some((one) => numberOf(one) === this.shown.number || one.message_thread_id === this.shown.renamed);
  }
}
