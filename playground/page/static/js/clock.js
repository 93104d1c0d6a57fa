// The clock in the header: what time it is at the company, and buttons that let time pass.

import { post } from "./api.js";
import { add, fill, h, icon, toast } from "./dom.js";
import { clockTime, dayName, onLanguage, t } from "./words.js";
import { now, on, state } from "./world.js";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const SUMMARY = 12_000; // milliseconds for which one may read what has happened

const JUMPS = [["hour", { do: "jump", by: "hour" }], ["day", { do: "jump", by: "day" }], ["week", { do: "jump", by: "week" }], ["working", { do: "working" }]];

const parts = {};

export function mount(root) {
  draw(root);
  onLanguage(() => draw(root));
  on("clock", (event) => {
    show();
    if (event.data.passed) summarize(event.data.passed);
  });
  on("connection", ({ connected }) => { root.classList.toggle("stopped", !connected); });
  setInterval(show, 1000);
}

function draw(root) {
  const focused = root.contains(document.activeElement) ? document.activeElement.dataset.do : null;
  parts.day = h("span", { class: "clock-day" });
  parts.time = h("span", { class: "clock-time" });
  parts.seconds = h("span", { class: "clock-seconds", "aria-hidden": "true" });
  parts.half = h("span", { class: "clock-seconds" }); // AM or PM, where people say so
  parts.badge = h("span", { class: "clock-badge" });
  parts.pause = h("button", { type: "button", class: "clock-pause", dataset: { do: "pause" }, onclick: turn });
  parts.bar = h("progress", { class: "clock-bar", max: 1, "aria-label": t("controls.passing") });
  parts.far = h("span", { class: "clock-far" });
  parts.stop = h("button", { type: "button", dataset: { do: "stop" }, onclick: () => send({ do: "stop" }) }, t("controls.stop"));
  parts.passing = h("div", { class: "clock-passing", hidden: true }, parts.bar, parts.far, parts.stop);
  fill(
    root,
    h("div", { class: "clock-now", role: "timer", "aria-label": t("controls.clock") }, parts.day, h("span", {}, parts.time, parts.seconds, parts.half), parts.badge),
    parts.passing,
    h("div", { class: "clock-buttons", role: "group", "aria-label": t("controls.time_passes") },
      parts.pause,
      JUMPS.map(([name, order]) => h("button", {
        type: "button", dataset: { do: name }, title: t(`controls.${name}_hint`), onclick: () => send(order),
      }, h("span", { class: "long" }, t(`controls.${name}`)), h("span", { class: "short" }, t(`controls.${name}_short`))))),
  );
  show();
  if (focused) root.querySelector(`[data-do="${focused}"]`)?.focus();
}

// Only what has changed is written: a screen reader in the middle of a word is not disturbed.
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function show() {
  if (!state.clock.now) return;
  const at = now();
  const { paused, passing } = state.clock;
  write(parts.day, dayName(at));
  const [, hours, half] = clockTime(at).match(/^([\d:.]+)(.*)$/);
  write(parts.time, hours);
  write(parts.half, half);
  write(parts.seconds, `:${String(new Date(at).getUTCSeconds()).padStart(2, "0")}`);
  showBadge(paused);
  showPause(paused);
  parts.passing.hidden = !passing;
  if (passing) showPassing(at, passing);
}

function showBadge(paused) {
  const kind = paused ? "paused" : { true: "working", false: "resting" }[state.clock.working] ?? "";
  parts.badge.className = `clock-badge ${kind}`;
  parts.badge.hidden = !kind;
  write(parts.badge, kind ? t(`controls.is_${kind}`) : "");
}

function showPause(paused) {
  if (parts.pause.dataset.paused === String(paused)) return;
  parts.pause.dataset.paused = String(paused);
  const label = t(paused ? "controls.resume" : "controls.pause");
  parts.pause.title = label;
  parts.pause.setAttribute("aria-label", label);
  fill(parts.pause, icon(paused ? "play" : "pause", { size: 18 }));
}

function showPassing(at, { start, end }) {
  const whole = new Date(end) - new Date(start);
  const done = Math.min(Math.max(at - new Date(start), 0), whole);
  parts.bar.value = whole ? done / whole : 1;
  const [unit, length] = whole > 2 * DAY ? ["days", DAY] : whole >= 2 * HOUR ? ["hours", HOUR] : ["minutes", 60_000];
  const total = Math.round(whole / length);
  write(parts.far, t(`controls.far_${unit}`, { done: Math.min(Math.floor(done / length + 0.01), total), total, count: total }));
}

function turn() {
  send({ do: state.clock.paused ? "resume" : "pause" });
}

async function send(order) {
  try {
    await post("/api/clock", order);
  } catch (error) {
    toast(error.message, { wrong: true });
  }
}

const TOLD = ["reminder", "closing", "closed", "notice", "alarm", "answer"];

function summarize({ start, end, sent, stopped }) {
  const told = TOLD.filter((sort) => sent[sort]).map((sort) => t(`controls.sent_${sort}`, { count: sent[sort] }));
  const length = new Date(end) - new Date(start);
  if (length < 60_000) return;
  const head = t(stopped ? "controls.passed_stopped" : "controls.passed", { length: lengthOf(length) });
  const note = h("div", { class: "toast clock-summary" }, h("strong", {}, head), " ", told.length ? `${told.join(", ")}.` : t("controls.nothing_happened"));
  document.querySelector(".clock-summary")?.remove();
  add(document.getElementById("toasts"), [note]);
  setTimeout(() => note.remove(), SUMMARY);
}

function lengthOf(length) {
  const [unit, of] = length >= 2 * DAY - HOUR / 2 ? ["days", DAY] : length >= HOUR ? ["hours", HOUR] : ["minutes", 60_000];
  const count = Math.round(length / of);
  return t(`controls.length_${unit}`, { count });
}
