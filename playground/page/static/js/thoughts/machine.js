// The state machine as a picture, drawn from the desk's own table of moves, and the same in words.
// Six places on a ring: no arrow runs through a state. The words of a move stand at the state that it leads to.

import { h } from "../dom.js";
import { moment } from "./parts.js";
import { t } from "../words.js";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 372, HEIGHT = 402, BOX = { width: 114, height: 48 };
const PLACES = {
  new: { x: 186, y: 44, above: true }, open: { x: 60, y: 126, above: true }, waiting: { x: 312, y: 126, above: true },
  solved: { x: 60, y: 262 }, third_party: { x: 312, y: 262 }, closed: { x: 186, y: 326 },
};
const LINE = 15, LONG = 13; // pixels of a line; letters of a state's word that fit one line
const APART = 5; // pixels from the middle, so that there and back are two arrows

function s(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== null && value !== undefined && value !== false) element.setAttribute(name, value);
  element.append(...children.flat().filter((one) => one !== null && one !== undefined && one !== false));
  return element;
}

let lit = { of: null, now: "" };

// `of` names the ticket, `state` is its {now, way}; `from` the state whose moves are told, `look(status)` chooses another one.
export function machine({ states, moves }, of, state, from, look) {
  const shown = from ?? state.now;
  const fresh = lit.of === of && lit.now !== state.now; // what has just become so is seen to become so
  lit = { of, now: state.now };
  const word = Object.fromEntries(states.map((one) => [one.status, one.word]));
  const svg = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: fresh ? "machine fresh" : "machine", role: "group", "aria-label": t("thoughts.machine") }, tips());
  const arrows = s("g", { "aria-hidden": "true" });
  for (const arrow of arrowsOf(moves, state, shown)) arrows.append(s("path", { d: path(arrow.from, arrow.to), class: `move ${arrow.look}`, "data-move": `${arrow.from}-${arrow.to}`, "marker-end": `url(#thoughts-tip${arrow.look && `-${arrow.look}`})` }));
  svg.append(arrows);
  for (const one of states.filter(({ status }) => PLACES[status])) svg.append(box(one, state, shown, look));
  const names = s("g", { "aria-hidden": "true" });
  for (const [status, place] of Object.entries(PLACES)) names.append(...labels(place, moves.filter((one) => one.from === shown && one.to === status), status === shown));
  svg.append(names);
  return h("div", { class: "machine-frame" }, svg, inWords(moves, word, state, shown));
}

// Faint what there is, then the way gone, on top what is possible now: later ones lie above.
function arrowsOf(moves, state, shown) {
  const gone = new Set(state.way.slice(1).map((hop, index) => `${state.way[index].status}-${hop.status}`));
  const pairs = new Map(moves.filter((one) => one.from !== one.to && PLACES[one.from] && PLACES[one.to]).map((one) => [`${one.from}-${one.to}`, one]));
  const looks = ["", "gone", "possible"];
  return [...pairs].map(([key, { from, to }]) => ({ from, to, look: from === shown ? "possible" : gone.has(key) ? "gone" : "" }))
    .sort((one, other) => looks.indexOf(one.look) - looks.indexOf(other.look));
}

function tips() {
  return s("defs", {}, ["", "-gone", "-possible"].map((look) => s("marker", {
    id: `thoughts-tip${look}`, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, markerUnits: "userSpaceOnUse", orient: "auto",
  }, s("path", { d: "M0 0.500 8 4 0 7.500z", class: `tip tip${look}` }))));
}

// A straight line a little to the right of the middle, from the edge of one box to the edge of the other.
function path(from, to) {
  const [a, b] = [PLACES[from], PLACES[to]];
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const long = Math.hypot(dx, dy);
  const [nx, ny] = [(-dy / long) * APART, (dx / long) * APART];
  const leave = reach(dx, dy, nx, ny), enter = reach(-dx, -dy, nx, ny, 2);
  const at = (share) => `${(a.x + nx + dx * share).toFixed(1)} ${(a.y + ny + dy * share).toFixed(1)}`;
  return `M${at(leave)}L${at(1 - enter)}`;
}

// The share of the way after which the line is out of a box around its beginning.
function reach(dx, dy, nx, ny, more = 0) {
  const [w, t2] = [BOX.width / 2 + more, BOX.height / 2 + more];
  const x = dx ? (Math.sign(dx) * w - nx) / dx : Infinity;
  const y = dy ? (Math.sign(dy) * t2 - ny) / dy : Infinity;
  return Math.min(x, y);
}

function box({ status, word }, state, shown, look) {
  const { x, y } = PLACES[status];
  const came = state.way.filter((hop) => hop.status === status);
  const last = came.at(-1);
  const now = status === state.now;
  const short = last && moment(last.at).replace(/^[^\d\s]+ (?=.*\d)/, ""); // the day of the week does not fit
  const times = last ? `${came.length > 1 ? `${came.length}× · ` : ""}${short}` : "";
  const told = [word, now && t("thoughts.is_now"), last && t("thoughts.since", { at: moment(last.at) })].filter(Boolean).join(", ");
  const press = () => look(status === state.now ? null : status);
  const group = s("g", {
    class: `status state-${status}${now ? " now" : ""}${last ? " was" : ""}${status === shown ? " shown" : ""}`,
    role: "button", tabindex: 0, "aria-pressed": status === shown, "aria-label": told, "data-key": `state-${status}`, "data-status": status,
  },
  s("rect", { x: x - BOX.width / 2, y: y - BOX.height / 2, width: BOX.width, height: BOX.height, rx: 10 }),
  lines(x, y, [...broken(word).map((words) => ["name", words]), ...(times ? [["times", times]] : [])]));
  group.addEventListener("click", press);
  group.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    press();
  });
  return group;
}

function lines(x, y, rows) {
  return rows.map(([look, words], index) => s("text", { x, y: y + 4.5 + (index - (rows.length - 1) / 2) * LINE, class: look }, words));
}

// In two lines where one is too long, broken at the space nearest to the middle.
function broken(word) {
  if (word.length <= LONG || !word.includes(" ")) return [word];
  const spaces = [...word.matchAll(/ /g)].map((one) => one.index);
  const at = spaces.reduce((best, one) => (Math.abs(one - word.length / 2) < Math.abs(best - word.length / 2) ? one : best));
  return [word.slice(0, at), word.slice(at + 1)];
}

function labels({ x, y, above }, moves, itself) {
  const side = Math.sign(x - WIDTH / 2); // at the sides they begin at the edge, clear of the arrows from the middle
  const at = x + (side * BOX.width) / 2;
  const anchor = ["start", "middle", "end"][side + 1];
  const first = above ? y - BOX.height / 2 - 7 - LINE * (moves.length - 1) : y + BOX.height / 2 + 16;
  return moves.map((one, index) => s("text", { x: at, y: first + index * LINE, "text-anchor": anchor, class: itself ? "step itself" : "step" }, `${itself ? "↻ " : ""}${one.word}`));
}

// For whoever hears the page, and for whoever would rather read.
function inWords(moves, word, state, shown) {
  const ways = moves.filter((one) => one.from === shown && one.to !== shown);
  const title = shown === state.now ? t("thoughts.now_is", { state: word[shown] }) : t("thoughts.from", { state: word[shown] });
  return h("details", { class: "in-words", dataset: { key: "in-words" } },
    h("summary", { dataset: { key: "in-words-head" } }, h("b", {}, title), " ", t("thoughts.moves", { count: ways.length })),
    h("ul", {}, ways.map((one) => h("li", {}, `${one.word} → ${word[one.to]}`))));
}
