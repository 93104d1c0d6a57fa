// The tour played: one step after the other, by itself or by hand, until it ends or a person takes over.

import { show as showPane } from "../layout.js";
import { onLanguage, t } from "../words.js";
import { Card } from "./card.js";
import { Ring } from "./ring.js";
import { Missing, Over, sleep, until } from "./waiting.js";

const TICK = 100; // milliseconds
const LETTERS = 26; // read in a second, by most
const LEAST = 4_000; // milliseconds that any caption stands after all has happened

export class Player {
  // `steps`: [{name, title(tour), text(tour), look?: {pane, find}, act?: async (tour)}]; `ended` is called once, at the end.
  constructor(steps, place, ended) {
    Object.assign(this, { steps, ended, reached: 0, shown: 0, busy: false, paused: false, hurry: false, wrong: "", interfered: false });
    this.facts = {};
    this.ending = new AbortController();
    this.signal = this.ending.signal;
    this.card = new Card(place, {
      next: () => this.next(), back: () => this.back(), pause: () => this.pause(!this.paused),
      take: () => this.end(), again: () => this.again(),
    });
    this.ring = new Ring();
    this.keys = (event) => this.key(event);
    this.touched = (event) => this.touch(event);
    document.addEventListener("keydown", this.keys);
    document.addEventListener("pointerdown", this.touched, true);
    onLanguage(() => { if (!this.signal.aborted) { this.card.draw(); this.draw(); } });
  }

  async play() {
    try {
      for (this.reached = 0; this.reached < this.steps.length; this.reached += 1) {
        this.shown = this.reached;
        await this.carryOut(this.steps[this.reached]);
        await this.read(this.steps[this.reached]);
      }
      this.end();
    } catch (error) {
      if (!(error instanceof Over)) throw error;
    }
  }

  async carryOut(step) {
    Object.assign(this, { busy: true, hurry: false, wrong: "" });
    if (step.look) this.look(step.look.pane, step.look.find);
    this.draw();
    try {
      await step.act?.(this);
    } catch (error) {
      if (error instanceof Over || this.signal.aborted) throw new Over();
      this.wrong = error instanceof Missing ? error.what : t("tour.refused", { why: error.message });
      this.paused = true;
      this.hurry = false;
    }
    this.busy = false;
    this.draw();
  }

  // Stands until the caption may be taken for read, or until «next».
  async read(step) {
    const last = this.reached === this.steps.length - 1;
    const needed = Math.max(LEAST, (step.text(this).length / LETTERS) * 1000);
    this.goOn = this.hurry;
    this.hurry = false;
    for (let passed = 0; !this.goOn && (last || passed < needed);) {
      await sleep(this.signal, TICK);
      if (this.repeating) {
        this.repeating = false;
        await this.carryOut(step);
        passed = 0;
      }
      if (!this.paused && this.shown === this.reached) passed += TICK;
      if (!last) this.progress(Math.min(1, passed / needed));
    }
  }

  progress(part) {
    this.card.progress((this.reached + part) / this.steps.length);
  }

  draw() {
    const step = this.steps[this.shown];
    const here = this.shown === this.reached;
    const note = !here ? t("tour.earlier") : this.wrong || (this.interfered && this.paused ? t("tour.interfered") : "");
    this.card.show({
      name: step.name, number: this.shown + 1, of: this.steps.length, title: step.title(this), text: step.text(this),
      note, wrong: here && Boolean(this.wrong), busy: this.busy, paused: this.paused, interfered: this.interfered, first: this.shown === 0,
      last: this.shown === this.steps.length - 1,
    });
    if (here) this.progress(0);
  }

  // What people press

  next() {
    this.interfered = false;
    if (this.shown < this.reached) {
      this.shown += 1;
      this.draw();
    } else if (this.busy) {
      this.hurry = true;
    } else {
      this.goOn = true;
    }
  }

  back() {
    if (this.shown === 0) return;
    this.shown -= 1;
    this.paused = true;
    this.draw();
  }

  pause(wanted) {
    this.paused = wanted;
    this.interfered = false;
    if (!wanted) {
      this.shown = this.reached;
      if (this.wrong) this.goOn = true;
    }
    this.draw();
  }

  again() {
    if (this.wrong && !this.busy) this.repeating = true;
  }

  key(event) {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || document.querySelector("dialog[open]")) return;
    const { target } = event;
    const writing = target.closest?.("input, textarea, select, [contenteditable], [role=menu], [role=listbox]");
    if (writing) return void this.touch(event);
    // Arrows belong to whatever has the focus, unless that is the tour or nothing.
    const ours = target === document.body || target.closest?.("#tour, #start-tour");
    if (event.key === "Escape") this.end();
    else if (event.key === "ArrowRight" && ours) this.next();
    else if (event.key === "ArrowLeft" && ours) this.back();
    else return;
    event.preventDefault();
  }

  // Whoever takes mouse or keyboard into a pane wants to look or to do something there: the tour waits meanwhile.
  touch(event) {
    if (!event.isTrusted || !event.target.closest?.("#panes") || this.paused) return;
    this.paused = true;
    this.interfered = true;
    this.draw();
  }

  end() {
    if (this.signal.aborted) return;
    const focused = this.card.hasFocus;
    this.ending.abort();
    document.removeEventListener("keydown", this.keys);
    document.removeEventListener("pointerdown", this.touched, true);
    this.ring.remove();
    this.card.remove();
    this.ended({ focused });
  }

  // What the steps use

  // Bring a pane to the front and frame something in it, or the whole of it while that is not to be seen.
  look(pane, find = () => null) {
    showPane(pane);
    find()?.scrollIntoView({ block: "nearest" });
    this.ring.around(() => find() ?? document.getElementById(`pane-${pane}`));
  }

  // Frame something that belongs to no pane.
  frame(find) {
    this.ring.around(find);
  }

  until(find, what, limit) {
    return until(this.signal, find, what, limit);
  }

  // A moment for the eyes; none for whoever hurries.
  async beat(milliseconds = 700) {
    for (let passed = 0; passed < milliseconds && !this.hurry; passed += TICK) await sleep(this.signal, Math.min(TICK, milliseconds));
    if (this.signal.aborted) throw new Over();
  }
}
