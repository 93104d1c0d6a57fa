// The mailbox pane: whose mailbox, its list, the conversation or the letter that is open, a word while the server is away.

import { fill, h, iconButton } from "./dom.js";
import { dayName, onLanguage, t } from "./words.js";
import { now, on } from "./world.js";
import { Composer } from "./mail/composer.js";
import * as drafts from "./mail/drafts.js";
import { List } from "./mail/list.js";
import { addPerson } from "./mail/people.js";
import { current, look, mail, onMail, personName, refresh, support } from "./mail/store.js";
import { View } from "./mail/view.js";

export function mount(root) {
  const pane = new Pane(root);
  onMail(() => pane.draw());
  onLanguage(() => pane.translate());
  on(["mailbox", "mailbox_changed"], ({ kind, data }) => {
    if (data.up === false) mail.away = true;
    if (kind === "mailbox") pane.heard(data.address);
    refresh();
  });
  on("clock", () => pane.dayPassed());
  on("connection", ({ connected }) => { if (connected) refresh(); });
  on("open", ({ pane: wanted, address }) => { if (wanted === "mail" && address && address !== mail.address) pane.choose(address); });
  pane.translate();
  refresh();
}

class Pane {
  constructor(root) {
    this.box = h("select", { class: "mail-box", onchange: () => this.choose(this.box.value) });
    this.title = h("h2");
    this.deeds = h("div", { class: "mail-top" });
    this.away = h("div", { class: "mail-away", role: "status" });
    this.news = h("div", { class: "hidden-words", role: "status" });
    this.list = new List({ open: (one) => this.read(one), write: (draft) => this.write(draft ?? drafts.fresh(mail.address, { to: support() })) });
    this.view = new View({ back: () => this.back(), write: (draft) => this.write(draft) });
    this.composer = new Composer({ done: () => this.back() });
    this.place = h("div", { class: "mail-place" }, this.list.element, this.view.element, this.composer.element);
    root.append(h("header", {}, this.title, this.box, this.deeds), this.away, this.place, this.news);
    this.trail = [];
    this.screen(this.list);
  }

  screen(wanted) {
    this.shown = wanted;
    for (const one of [this.list, this.view, this.composer]) one.element.hidden = one !== wanted;
  }

  translate() {
    this.title.textContent = t("page.mail");
    this.box.setAttribute("aria-label", t("mail.whose"));
    fill(this.deeds, iconButton("plus", t("mail.add"), addPerson));
    this.composer.dress();
    if (this.shown === this.view) this.view.redraw();
    this.boxesDrawn = null;
    this.draw();
  }

  draw() {
    this.drawBoxes();
    const words = mail.away ? t("mail.away") : mail.failed ? t("mail.failed", { what: mail.failed }) : "";
    if (this.away.textContent !== words) this.away.textContent = words; // a status that is set anew is said anew
    this.list.draw();
    if (this.shown === this.view && !this.view.renew()) this.back();
  }

  drawBoxes() {
    const sign = JSON.stringify(mail.boxes);
    if (sign !== this.boxesDrawn) {
      this.boxesDrawn = sign;
      const own = mail.boxes.filter((one) => !one.shared);
      const option = (one) => h("option", { value: one.address },
        one.shared ? t("mail.shared", { address: one.address }) : `${personName(one)}${one.unread ? ` (${one.unread})` : ""}`);
      fill(this.box, [...own, ...mail.boxes.filter((one) => one.shared)].map(option));
    }
    this.box.value = mail.address ?? "";
    this.box.title = mail.address ?? "";
  }

  // What was today's is yesterday's now.
  dayPassed() {
    const day = dayName(now());
    if (this.day === day) return;
    this.day = day;
    this.list.draw();
    if (this.shown === this.view) this.view.date();
  }

  heard(address) {
    if (address === mail.address) this.news.textContent = t("mail.heard", { who: personName(current() ?? { address }) });
  }

  choose(address) {
    this.trail = [];
    this.screen(this.list);
    this.list.search.value = "";
    look({ address });
  }

  read(conversation) {
    this.from = document.activeElement?.dataset?.key ?? null;
    this.go(this.view);
    this.view.show(conversation);
    this.view.title.focus();
  }

  write(draft) {
    this.go(this.composer);
    this.composer.show(draft);
    this.draw();
    this.composer.begin();
  }

  go(screen) {
    if (this.shown !== screen) this.trail.push(this.shown);
    this.screen(screen);
  }

  // To where one came from; the focus goes along when it was here.
  back() {
    const held = this.place.contains(document.activeElement) || document.activeElement === document.body;
    this.screen(this.trail.pop() ?? this.list);
    this.draw();
    if (!held) return;
    if (this.shown === this.view) this.view.title.focus();
    else ([...this.list.rows.querySelectorAll("[data-key]")].find((one) => one.dataset.key === this.from) ?? this.list.compose).focus();
  }
}
