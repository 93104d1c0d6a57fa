// Elements made in one line, and the small things that every pane needs of them.
// Rule: outside words become text nodes; nothing here takes HTML as a string.

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.startsWith("aria") && name !== "list" && name !== "form") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  add(element, children);
  return element;
}

export function add(element, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

// True when what is drawn from `about` is to be drawn anew; a button that stays the same is not taken from under a finger.
export function fresh(element, ...about) {
  const key = JSON.stringify(about);
  if (drawnFrom.get(element) === key) return false;
  drawnFrom.set(element, key);
  return true;
}

const drawnFrom = new WeakMap();

export function fill(element, ...children) {
  element.replaceChildren();
  return add(element, children);
}

const SVG = "http://www.w3.org/2000/svg";

// Strokes on a field of 24 by 24.
const SHAPES = {
  send: "M4 12 20 4l-4 16-4.500-6.500z",
  attach: "M20 11.500 12 19.500a5 5 0 0 1-7-7l8.500-8.500a3.400 3.400 0 0 1 4.800 4.800L10 17a1.700 1.700 0 0 1-2.400-2.400l7.400-7.300",
  mic: "M12 3a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0V6a3 3 0 0 0-3-3zM6 11a6 6 0 0 0 12 0M12 17v4",
  menu: "M4 6h16M4 12h16M4 18h16",
  close: "M6 6l12 12M18 6 6 18",
  reply: "M10 7 4 12l6 5M4 12h9a7 7 0 0 1 7 7",
  more: "M12 5.500v.01M12 12v.01M12 18.500v.01",
  plus: "M12 5v14M5 12h14",
  back: "M15 5l-7 7 7 7",
  pause: "M8 5v14M16 5v14",
  play: "M7 5l12 7-12 7z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  moon: "M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500z",
  bolt: "M13 3 5 13.500h6L10 21l9-11h-6.500z",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  mail: "M4 6h16v12H4zM4 7l8 6 8-6",
  copy: "M9 9h11v11H9zM15 9V4H4v11h5",
  forward: "M14 7l6 5-6 5M20 12h-9a7 7 0 0 0-7 7",
  place: "M12 21c-4-5-6-8-6-11a6 6 0 0 1 12 0c0 3-2 6-6 11zM12 8v4",
  file: "M7 3h7l4 4v14H7zM14 3v4h4",
  photo: "M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15 9v.01",
  poll: "M6 20V10M12 20V4M18 20v-7",
  smile: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM8.500 14.500c1.800 2.300 5.200 2.300 7 0M9 9.500v.01M15 9.500v.01",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  keyboard: "M3 7h18v11H3zM7 11v.01M11 11v.01M15 11v.01M8 14.500h8",
  check: "M5 12.500 10 17.500 19.500 7.500",
  person: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.500 20a7.500 7.500 0 0 1 15 0",
  people: "M9 5a3.500 3.500 0 1 0 0 7 3.500 3.500 0 0 0 0-7zM2.500 19.500a6.500 6.500 0 0 1 13 0M16 5.300a3.500 3.500 0 0 1 0 6.400M18.500 14.200a6.500 6.500 0 0 1 3 5.300",
  spark: "M12 3l1.900 5.600a2.500 2.500 0 0 0 1.500 1.500L21 12l-5.600 1.900a2.500 2.500 0 0 0-1.500 1.500L12 21l-1.900-5.600a2.500 2.500 0 0 0-1.500-1.500L3 12l5.600-1.900a2.500 2.500 0 0 0 1.500-1.500z",
  expand: "M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5",
  shrink: "M4 9h5V4M20 9h-5V4M4 15h5v5M20 15h-5v5",
  search: "M10.500 4a6.500 6.500 0 1 0 0 13 6.500 6.500 0 0 0 0-13zM15.500 15.500 20 20",
  trash: "M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5",
  pin: "M9 4h6l-1 6 3.500 3.500h-11L10 10zM12 13.500V20",
  edit: "M4 20l1-4L16.500 4.500l3 3L8 19zM14.500 6.500l3 3",
  down: "M6 9l6 6 6-6",
};

export function icon(name, { size = 20 } = {}) {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24", width: size, height: size, fill: "none", stroke: "currentColor", "stroke-width": 2,
    "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true", focusable: "false",
  })) svg.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

// A button with a picture alone: the words are for the screen reader and the hint.
export function iconButton(name, label, onclick, props = {}) {
  return h("button", { type: "button", class: "icon", title: label, "aria-label": label, onclick, ...props }, icon(name));
}

// A short message that goes by itself; whoever cannot see it hears it. Errors stay a little longer.
export function toast(text, { wrong = false } = {}) {
  const element = h("div", { class: wrong ? "toast wrong" : "toast" }, text);
  document.getElementById("toasts").append(element);
  setTimeout(() => element.remove(), wrong ? 9000 : 5000);
}
