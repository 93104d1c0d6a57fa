// The frame: which panes are to be seen, the page's language, dark or light, whether the line to the server stands.

import { arrange, isDesktop, mayHide, watch } from "./columns.js";
import { fill, h, icon, iconButton } from "./dom.js";
import { recall, remember } from "./memory.js";
import { currentLanguage, onLanguage, t, useLanguage } from "./words.js";
import { on, person } from "./world.js";

const PANES = ["client", "group", "mail", "thoughts"];
const ICONS = { client: "person", group: "people", mail: "mail", thoughts: "spark" };
const NOTICED = 1600; // milliseconds for which a pane that was brought to mind stands out

const root = document.documentElement;
let hidden = [recall("hidden", [])].flat().filter((pane) => PANES.includes(pane)); // on a desktop
let alone = null; // the one pane that has the whole window for a while

export function wantedLanguage() {
  return new URLSearchParams(location.search).get("lang") || recall("language") || root.lang;
}

export function mount() {
  dressTheme(recall("theme"));
  for (const pane of PANES) document.getElementById(`frame-${pane}`).prepend(frameButton(pane));
  const pane = recall("pane", "client");
  root.dataset.pane = PANES.includes(pane) ? pane : "client";
  draw();
  onLanguage(draw);
  watch(settle);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  on("connection", ({ connected }) => {
    root.dataset.connected = connected;
    fill(document.getElementById("lost"), connected ? null : t("page.lost"));
  });
  on("message", (event) => { if (event.message) news(person(event.chat) ? "client" : "group"); });
  on("mailbox", () => news("mail"));
  visualViewport?.addEventListener("resize", aboveKeyboard);
}

// A phone's keyboard takes half of the window: what one writes in, with all that stands around it, stays in sight.
function aboveKeyboard() {
  const field = document.activeElement;
  if (isDesktop() || visualViewport.scale !== 1 || !field?.matches("#panes :is(input, textarea, [contenteditable])")) return;
  const chat = field.closest(".composer") && field.closest(".chat");
  if (chat) chat.scrollIntoView({ block: "end" });
  else field.scrollIntoView({ block: "nearest" });
}

// Bring a pane to mind: on a phone it is the one to be seen, on a desktop it comes back if it was put away.
export function show(pane) {
  const there = isDesktop() ? visible().includes(pane) : shown() === pane;
  root.dataset.pane = pane;
  remember("pane", pane);
  if (isDesktop() && !there) {
    alone = null;
    hide(hidden.filter((one) => one !== pane));
  }
  settle();
  notice(document.getElementById(`frame-${pane}`));
}

export const shown = () => root.dataset.pane;

const visible = () => (alone ? [alone] : mayHide() ? PANES.filter((pane) => !hidden.includes(pane)) : PANES);

// A dot at the name of a pane in which something has happened that one does not see.
export function news(pane) {
  if (isDesktop() ? visible().includes(pane) : pane === shown()) return;
  for (const button of document.querySelectorAll(`[data-pane=${pane}]`)) button.dataset.news = "";
}

function hide(panes) {
  hidden = panes.length < PANES.length ? panes : [];
  remember("hidden", hidden);
}

function toggle(pane) {
  if (alone) {
    hide(PANES.filter((one) => one !== alone && one !== pane));
    alone = null;
  } else {
    hide(hidden.includes(pane) ? hidden.filter((one) => one !== pane) : [...hidden, pane]);
  }
  settle();
}

// Everything that follows from which panes are to be seen.
function settle() {
  const seen = visible();
  for (const pane of PANES) {
    const frame = document.getElementById(`frame-${pane}`);
    frame.classList.toggle("away", !seen.includes(pane));
    const section = document.getElementById(`pane-${pane}`);
    if (isDesktop()) section.removeAttribute("role");
    else section.setAttribute("role", "tabpanel");
    label(frame.querySelector(".alone"), pane);
  }
  for (const tab of document.querySelectorAll("#tabs [role=tab]")) {
    const chosen = tab.dataset.pane === shown();
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    if (chosen && !isDesktop()) delete tab.dataset.news;
  }
  for (const view of document.querySelectorAll("#views button")) {
    const chosen = seen.includes(view.dataset.pane);
    view.setAttribute("aria-pressed", chosen);
    if (chosen && isDesktop()) delete view.dataset.news;
  }
  arrange(seen);
}

function draw() {
  const focused = document.activeElement?.id;
  const tabs = PANES.map((pane) => h("button", {
    type: "button", role: "tab", id: `tab-${pane}`, dataset: { pane }, "aria-controls": `pane-${pane}`, onclick: () => show(pane),
  }, icon(ICONS[pane], { size: 22 }), h("span", {}, t(`page.${pane}_short`))));
  fill(document.getElementById("tabs"), h("div", { role: "tablist", "aria-label": t("page.tabs"), onkeydown: arrows }, tabs));
  fill(document.getElementById("views"), PANES.map((pane) => iconButton(ICONS[pane], t(`page.${pane}`), () => toggle(pane), {
    id: `view-${pane}`, dataset: { pane },
  })));
  fill(document.getElementById("lost"), root.dataset.connected === "false" ? t("page.lost") : null);
  drawPreferences();
  settle();
  if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
}

function drawPreferences() {
  const other = currentLanguage() === "ru" ? "en" : "ru";
  const dark = isDark();
  fill(
    document.getElementById("preferences"),
    h("button", {
      type: "button", id: "language", class: "icon words", lang: other, title: t("page.other_language"),
      "aria-label": t("page.other_language"), onclick: () => { remember("language", other); useLanguage(other); },
    }, other.toUpperCase()),
    iconButton(dark ? "sun" : "moon", t(dark ? "page.light" : "page.dark"), () => {
      remember("theme", dark ? "light" : "dark");
      dressTheme(dark ? "light" : "dark");
      draw();
    }, { id: "theme" }),
  );
}

function frameButton(pane) {
  const button = iconButton("expand", "", () => {
    alone = alone === pane ? null : pane;
    settle();
    button.focus();
  });
  button.classList.add("alone");
  return button;
}

function label(button, pane) {
  const words = t(alone === pane ? "page.together" : "page.alone", { pane: t(`page.${pane}`) });
  button.title = words;
  button.setAttribute("aria-label", words);
  fill(button, icon(alone === pane ? "shrink" : "expand", { size: 18 }));
}

// So that the eye finds it; the style sheet asks whether it may move.
function notice(frame) {
  frame.classList.add("noticed");
  setTimeout(() => frame.classList.remove("noticed"), NOTICED);
}

function arrows(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const next = { Home: PANES[0], End: PANES.at(-1) }[event.key] ?? (step && PANES[(PANES.indexOf(shown()) + step + PANES.length) % PANES.length]);
  if (!next) return;
  event.preventDefault();
  show(next);
  document.getElementById(`tab-${next}`).focus();
}

function dressTheme(theme) {
  if (theme) root.dataset.theme = theme;
}

function isDark() {
  const { theme } = root.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
