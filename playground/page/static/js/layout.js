// The frame: which panes are to be seen, the page's language, dark or light, whether the line to the server stands.

import { fill, h, iconButton, toast } from "./dom.js";
import { currentLanguage, onLanguage, t, useLanguage } from "./words.js";
import { on } from "./world.js";

export const PANES = ["client", "group", "mail", "thoughts"];

const remembered = (name) => { try { return localStorage.getItem(`otvet.${name}`); } catch { return null; } };
const remember = (name, value) => { try { localStorage.setItem(`otvet.${name}`, value); } catch { /* private mode: for this visit only */ } };

export function wantedLanguage(ofDesk) {
  return new URLSearchParams(location.search).get("lang") || remembered("language") || ofDesk;
}

export function mount() {
  dressTheme(remembered("theme"));
  show(remembered("pane") || "client");
  draw();
  onLanguage(draw);
  on("connection", ({ connected }) => {
    document.documentElement.dataset.connected = connected;
    if (!connected) toast(t("page.lost"), { wrong: true });
  });
}

// On a phone: the one pane to be seen. On a desktop all are, and the one is only brought to mind.
export function show(pane) {
  document.documentElement.dataset.pane = pane;
  remember("pane", pane);
  for (const tab of document.querySelectorAll("#tabs [role=tab]")) {
    const chosen = tab.dataset.pane === pane;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
    if (chosen) delete tab.dataset.news;
  }
}

export const shown = () => document.documentElement.dataset.pane;

// A dot on the tab of a pane in which something has happened that one does not see.
export function news(pane) {
  if (pane !== shown()) document.querySelector(`#tabs [data-pane=${pane}]`)?.setAttribute("data-news", "");
}

function draw() {
  const tabs = PANES.map((pane) => h("button", {
    type: "button", role: "tab", id: `tab-${pane}`, dataset: { pane }, "aria-controls": `pane-${pane}`, onclick: () => show(pane),
  }, t(`page.${pane}`)));
  const bar = fill(document.getElementById("tabs"), h("div", { role: "tablist", onkeydown: arrows }, tabs));
  bar.setAttribute("aria-label", t("page.tabs"));
  show(shown());
  fill(
    document.getElementById("preferences"),
    h("button", {
      type: "button", class: "icon words", lang: currentLanguage() === "ru" ? "en" : "ru",
      title: t("page.other_language"), "aria-label": t("page.other_language"),
      onclick: () => { const other = currentLanguage() === "ru" ? "en" : "ru"; remember("language", other); useLanguage(other); },
    }, currentLanguage() === "ru" ? "EN" : "RU"),
    iconButton(isDark() ? "sun" : "moon", t(isDark() ? "page.light" : "page.dark"), () => {
      const theme = isDark() ? "light" : "dark";
      remember("theme", theme);
      dressTheme(theme);
      draw();
      document.querySelector("#preferences button:last-child").focus();
    }),
  );
}

function arrows(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const next = PANES[(PANES.indexOf(shown()) + step + PANES.length) % PANES.length];
  show(next);
  document.getElementById(`tab-${next}`).focus();
}

function dressTheme(theme) {
  if (theme) document.documentElement.dataset.theme = theme;
}

function isDark() {
  const { theme } = document.documentElement.dataset;
  return theme ? theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

