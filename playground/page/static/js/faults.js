// Faults on order: a button in the header, a panel of switches that leaves the panes to be seen, a line of what is on.

import { fill, h, icon, iconButton } from "./dom.js";
import { onLanguage, t } from "./words.js";
import { state } from "./world.js";
import { askForMailboxes, begin, blocked, faults, isDown, KINDS, mend, onFaults } from "./faults/active.js";
import { drawBanner } from "./faults/banner.js";
import { deskPart, followLosses } from "./faults/desk.js";
import { peoplePart } from "./faults/people.js";
import { row } from "./faults/switches.js";

let open = null; // the button
let panel = null;
let parts = [];
let count = () => {};
const banner = h("div", { id: "out-of-order", hidden: true });
const said = h("span", { class: "hidden-words", role: "status" });

export function mount(root) {
  open = h("button", { type: "button", class: "faults-open", "aria-expanded": "false", "aria-controls": "faults-panel", onclick: toggle });
  panel = h("dialog", { id: "faults-panel", "aria-labelledby": "faults-title", onkeydown: escape, onclose: closed });
  root.append(open, said);
  document.getElementById("top").append(banner);
  document.body.append(panel);
  draw();
  onLanguage(draw);
  onFaults(show);
  addEventListener("resize", place);
  followLosses((...how) => { if (panel.open) count(...how); });
  begin();
}

function draw() {
  const desk = state.desk.here ? deskPart() : null;
  const rows = Object.fromEntries(Object.entries(KINDS).map(([part, keys]) => [part, keys.map((key) => row(key))]));
  const people = peoplePart();
  parts = [desk, people, ...Object.values(rows).flat()].filter(Boolean);
  count = desk?.count ?? (() => {});
  fill(
    panel,
    h("header", { role: "none" }, h("h2", { id: "faults-title" }, t("controls.faults_title")), iconButton("close", t("controls.close"), () => panel.close())),
    h("p", { class: "soft" }, t("controls.faults_lead")),
    desk && section("desk", desk.element, rows.desk.map((one) => one.element)),
    section("telegram", rows.telegram.map((one) => one.element)),
    section("mail", rows.mail.map((one) => one.element)),
    section("people", people.element),
    h("footer", { role: "none" }, h("button", { type: "button", class: "primary", onclick: mend }, t("controls.mend"))),
  );
  show();
  if (panel.open) count(true);
}

function section(name, ...content) {
  return h("section", { "aria-labelledby": `part-${name}` }, h("h3", { id: `part-${name}` }, t(`controls.part_${name}`)), content);
}

function show() {
  for (const part of parts) part.update();
  drawBanner(banner);
  place();
  const wrong = faults().length + blocked().length + (isDown() ? 1 : 0);
  const label = wrong ? t("controls.faults_open", { count: wrong }) : t("controls.faults");
  if (open.dataset.label !== label) {
    open.dataset.label = label;
    open.classList.toggle("wrong", wrong > 0);
    open.setAttribute("aria-label", label);
    fill(open, icon("bolt", { size: 18 }), h("span", {}, t("controls.faults")), wrong > 0 && h("span", { class: "faults-count" }, String(wrong)));
  }
  const words = state.desk.here ? t("controls.desk_is", { phase: t(`controls.desk_${state.desk.phase}`) }) : "";
  if (said.dataset.words !== undefined && said.dataset.words !== words) said.textContent = words; // not at the first look
  said.dataset.words = words;
}

// Below the header, however high that is just now: the line of what is on stays to be seen.
function place() {
  if (panel.open) panel.style.setProperty("--faults-top", `${Math.round(document.getElementById("panes").getBoundingClientRect().top) + 8}px`);
}

function toggle() {
  if (panel.open) {
    panel.close();
    return;
  }
  panel.show(); // beside the panes, which one wants to watch meanwhile
  open.setAttribute("aria-expanded", "true");
  show();
  count(true);
  askForMailboxes();
}

function escape(event) {
  if (event.key === "Escape" && !event.defaultPrevented) {
    event.preventDefault();
    panel.close();
  }
}

function closed() {
  open.setAttribute("aria-expanded", "false");
  open.focus();
}
