// The page's own words in Russian and English. Every part keeps its words in words/<part>.js as {ru: {…}, en: {…}}.

import page from "../words/page.js";
import chat from "../words/chat.js";
import group from "../words/group.js";
import mail from "../words/mail.js";
import thoughts from "../words/thoughts.js";
import controls from "../words/controls.js";
import tour from "../words/tour.js";

export const PARTS = { page, chat, group, mail, thoughts, controls, tour };
const LANGUAGES = ["ru", "en"];
const ZONE = "Europe/Moscow"; // the company of the demo works there

let language = "ru";
const listeners = new Set();

export function currentLanguage() {
  return language;
}

export function useLanguage(wanted) {
  language = LANGUAGES.includes(wanted) ? wanted : "en";
  document.documentElement.lang = language;
  dress(document);
  for (const listener of listeners) listener(language);
}

// Called after every change of the language; panes draw themselves anew.
export function onLanguage(listener) {
  listeners.add(listener);
}

// t("chat.send"), t("chat.new_messages", {count: 5}). With `count` the word may be {one, few, many, other}.
export function t(key, values = {}) {
  const [part, name] = key.split(".");
  let words = PARTS[part]?.[language]?.[name];
  if (words === undefined) throw new Error(`no words for ${key}`);
  if (typeof words === "object") words = words[new Intl.PluralRules(language).select(values.count)] ?? words.other;
  return words.replace(/\{(\w+)\}/g, (whole, value) => (value in values ? String(values[value]) : whole));
}

// Elements of the HTML that carry data-t (words) or data-t-label (a name for the screen reader).
export function dress(root) {
  for (const element of root.querySelectorAll("[data-t]")) element.textContent = t(element.dataset.t);
  for (const element of root.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", t(element.dataset.tLabel));
}

const formats = new Map();

function format(options) {
  const key = language + JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(language, { timeZone: ZONE, ...options }));
  return formats.get(key);
}

// Moments are what `new Date` takes (an ISO string, milliseconds) and are shown in the company's time zone.
export const clockTime = (at) => format({ hour: "2-digit", minute: "2-digit" }).format(new Date(at));
export const dayName = (at) => format({ weekday: "short", day: "numeric", month: "long" }).format(new Date(at));
export const fullTime = (at) =>
  format({ weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" }).format(new Date(at));
export const sameDay = (one, other) => dayName(one) === dayName(other);

export function bytes(count) {
  const units = language === "ru" ? ["Б", "КБ", "МБ"] : ["B", "KB", "MB"];
  let unit = 0;
  while (count >= 1000 && unit < 2) { count /= 1000; unit += 1; }
  return `${count < 10 && unit ? count.toFixed(1) : Math.round(count)} ${units[unit]}`;
}
