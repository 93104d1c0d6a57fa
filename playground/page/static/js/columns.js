// The columns of a desktop: which panes stand in which, how wide each is, and the handles between them.

import { h } from "./dom.js";
import { recall, remember } from "./memory.js";
import { t } from "./words.js";

const THREE = [["client"], ["group"], ["mail", "thoughts"]];
const FOUR = [["client"], ["group"], ["mail"], ["thoughts"]];
const USUAL = { client: 1, group: 1.35, mail: 1.15, thoughts: 1.15, "mail-high": 1.1, "thoughts-high": 1 };
const HANDLE = 10; // pixels between two panes, the handle's width
const LEAST = { x: 250, y: 140 }; // pixels that a pane keeps
const STEP = 32; // pixels that an arrow key moves a handle by

const desktop = matchMedia("(min-width: 1000px)");
const roomy = matchMedia("(min-width: 1560px)"); // room in the header for a choice of panes
const wide = matchMedia("(min-width: 1760px)");
const weights = { ...USUAL, ...recall("sizes", {}) };
let standing = [];

export const isDesktop = () => desktop.matches;
export const mayHide = () => roomy.matches;

// `redraw` is called when the window has become a desktop, a wide one, or a phone.
export function watch(redraw) {
  for (const query of [desktop, roomy, wide]) query.addEventListener("change", redraw);
}

// Put the panes that are to be seen side by side; on a phone the style sheet alone decides.
export function arrange(visible) {
  const panes = document.getElementById("panes");
  for (const handle of panes.querySelectorAll(".handle")) handle.remove();
  standing = isDesktop() ? (wide.matches ? FOUR : THREE).map((column) => column.filter((pane) => visible.includes(pane))).filter((column) => column.length) : [];
  measure();
  for (const [at, column] of standing.entries()) {
    const two = column.length === 2;
    for (const [row, pane] of column.entries()) {
      place(document.getElementById(`frame-${pane}`), at * 2 + 1, two ? String(row * 2 + 1) : "1 / -1");
    }
    if (at) panes.append(handle(standing[at - 1][0], column[0], "x", at * 2, "1 / -1"));
    if (two) panes.append(handle(`${column[0]}-high`, `${column[1]}-high`, "y", at * 2 + 1, "2"));
  }
}

function place(element, column, row) {
  element.style.gridColumn = String(column);
  element.style.gridRow = row;
}

// The tracks as the weights say.
function measure() {
  const { style } = document.getElementById("panes");
  const track = (weight, least) => `minmax(min(${least}px, 100%), ${weight}fr)`;
  style.gridTemplateColumns = standing.map(([first]) => track(weights[first], LEAST.x)).join(` ${HANDLE}px `);
  const two = standing.find((column) => column.length === 2);
  style.gridTemplateRows = two ? two.map((pane) => track(weights[`${pane}-high`], LEAST.y)).join(` ${HANDLE}px `) : standing.length ? "minmax(0, 1fr)" : "";
}

function handle(before, after, axis, column, row) {
  const name = (key) => t(`page.${key.replace("-high", "")}`);
  const element = h("div", {
    class: `handle ${axis}`, role: "separator", tabIndex: 0, "aria-orientation": axis === "x" ? "vertical" : "horizontal",
    "aria-label": t(axis === "x" ? "page.width_of" : "page.height_of", { pane: name(before) }), title: t("page.handle"),
    "aria-controls": `pane-${before.replace("-high", "")}`,
    ondblclick: () => settle({ [before]: USUAL[before], [after]: USUAL[after] }),
    onkeydown: (event) => {
      const step = axis === "x" ? { ArrowLeft: -1, ArrowRight: 1 }[event.key] : { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (event.key === "Enter") settle({ [before]: USUAL[before], [after]: USUAL[after] });
      else if (step) move(size(before) + step * STEP);
      else return;
      event.preventDefault();
    },
    onpointerdown: (event) => {
      const start = { at: axis === "x" ? event.clientX : event.clientY, size: size(before) };
      element.setPointerCapture(event.pointerId);
      element.classList.add("moving");
      const moved = (now) => move(start.size + (axis === "x" ? now.clientX : now.clientY) - start.at);
      element.addEventListener("pointermove", moved);
      element.addEventListener("lostpointercapture", () => {
        element.removeEventListener("pointermove", moved);
        element.classList.remove("moving");
      }, { once: true });
      event.preventDefault();
    },
  });
  const size = (key) => {
    const box = document.getElementById(`frame-${key.replace("-high", "")}`).getBoundingClientRect();
    return axis === "x" ? box.width : box.height;
  };
  const move = (wanted) => {
    const whole = size(before) + size(after);
    const least = Math.min(LEAST[axis], whole / 2);
    const share = Math.min(Math.max(wanted, least), whole - least) / whole;
    const weight = weights[before] + weights[after];
    settle({ [before]: weight * share, [after]: weight * (1 - share) });
  };
  const settle = (changed) => {
    Object.assign(weights, changed);
    remember("sizes", weights);
    measure();
    tell();
  };
  const tell = () => element.setAttribute("aria-valuenow", Math.round((100 * weights[before]) / (weights[before] + weights[after])));
  place(element, column, row);
  tell();
  return element;
}
