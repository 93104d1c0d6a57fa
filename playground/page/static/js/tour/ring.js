// The frame around what the tour speaks of. It follows its target through redraws and scrolling and takes no clicks.

import { h } from "../dom.js";

const FOLLOW = 90; // milliseconds between two looks at where the target is

export class Ring {
  constructor() {
    this.element = h("div", { class: "tour-ring", "aria-hidden": "true", hidden: true });
    this.find = () => null;
    document.body.append(this.element);
    this.timer = setInterval(() => this.follow(), FOLLOW);
    this.moved = () => this.follow();
    addEventListener("resize", this.moved);
    document.addEventListener("scroll", this.moved, { capture: true, passive: true });
  }

  // `find` gives the element now, or null; it is asked again and again, since panes draw themselves anew.
  around(find) {
    this.find = find;
    this.follow();
  }

  follow() {
    const target = this.find();
    const place = target?.isConnected ? target.getBoundingClientRect() : null;
    const hidden = !place || place.width < 4 || place.height < 4;
    this.element.hidden = hidden;
    if (hidden) return;
    const pane = target.closest(".pane")?.getBoundingClientRect() ?? place;
    const edge = target.classList.contains("pane") || !target.closest(".pane") ? 0 : 4;
    // What has scrolled out of its pane is framed no further than the pane goes; where all of it has, the pane is.
    let [top, bottom] = [Math.max(place.top - edge, pane.top), Math.min(place.bottom + edge, pane.bottom)];
    const [left, right] = [Math.max(place.left - edge, pane.left), Math.min(place.right + edge, pane.right)];
    if (bottom - top < 4) [top, bottom] = [pane.top, pane.bottom];
    Object.assign(this.element.style, {
      top: `${top}px`, left: `${left}px`, width: `${right - left}px`, height: `${bottom - top}px`,
    });
  }

  remove() {
    clearInterval(this.timer);
    removeEventListener("resize", this.moved);
    document.removeEventListener("scroll", this.moved, { capture: true });
    this.element.remove();
  }
}
