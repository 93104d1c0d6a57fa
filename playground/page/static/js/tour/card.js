// The card with the tour's caption: a row of its own below the panes, so that it never covers what it speaks of.

import { add, fill, h, icon } from "../dom.js";
import { t } from "../words.js";

export class Card {
  // `does`: {next, back, pause, take, again}, what the buttons do.
  constructor(place, does) {
    this.place = place;
    this.does = does;
    this.draw();
    place.hidden = false;
    this.measured = new ResizeObserver(() => {
      document.documentElement.style.setProperty("--tour-height", `${place.offsetHeight}px`);
    });
    this.measured.observe(place);
  }

  draw() {
    const { does } = this;
    this.bar = h("div", { class: "tour-bar" });
    this.step = h("p", { class: "tour-step" });
    this.title = h("h2", { id: "tour-title" });
    this.text = h("p", { class: "tour-text" });
    this.note = h("p", { class: "tour-note" });
    this.words = h("div", { class: "tour-words", "aria-live": "polite", "aria-atomic": "true" }, this.step, this.title, this.text, this.note);
    this.back = button("tour-back", does.back, [icon("back", { size: 18 }), h("span", {}, t("tour.back"))]);
    this.pause = button("tour-pause", does.pause);
    this.again = button("tour-again", does.again, t("tour.again"));
    this.take = button("tour-take", does.take, t("tour.take"));
    this.next = button("tour-next primary", does.next, t("tour.next"));
    const buttons = h("div", { class: "tour-buttons" }, this.back, this.pause, this.again, this.take, this.next);
    fill(this.place, h("section", { class: "tour-card", role: "dialog", "aria-labelledby": "tour-title" },
      h("div", { class: "tour-progress", "aria-hidden": "true" }, this.bar), this.words, buttons));
  }

  // What the card shows: {number, of, title, text, note, wrong, busy, paused, interfered, last, first}.
  show(shown) {
    set(this.step, t("tour.step", { number: shown.number, of: shown.of }));
    set(this.title, shown.title);
    set(this.text, shown.text);
    set(this.note, shown.note ?? "");
    this.note.classList.toggle("wrong", Boolean(shown.wrong));
    document.documentElement.dataset.tour = shown.interfered ? "waits" : "plays";
    this.place.dataset.step = shown.name;
    this.place.dataset.busy = String(Boolean(shown.busy));
    this.back.disabled = shown.first;
    this.again.hidden = !shown.wrong;
    this.pause.hidden = shown.last;
    this.take.hidden = shown.last;
    const pausing = t(shown.paused ? "tour.go_on" : "tour.pause");
    if (this.pause.dataset.words !== pausing) {
      this.pause.dataset.words = pausing;
      add(fill(this.pause, icon(shown.paused ? "play" : "pause", { size: 18 })), h("span", {}, pausing));
    }
    set(this.next, t(shown.last ? "tour.finish" : "tour.next"));
  }

  progress(part) {
    this.bar.style.transform = `scaleX(${part})`;
  }

  get hasFocus() {
    return this.place.contains(document.activeElement);
  }

  remove() {
    this.measured.disconnect();
    this.place.replaceChildren();
    this.place.hidden = true;
    delete this.place.dataset.step;
    delete document.documentElement.dataset.tour;
  }
}

function button(name, onclick, ...words) {
  return h("button", { type: "button", class: name, onclick }, words);
}

// Only what has changed is set: a live region says again whatever is written again.
function set(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
