// Small things that the parts of this pane share: badges, moments, rows of the outbox, a redraw that keeps one's place.

import { h } from "../dom.js";
import { clockTime, fullTime, sameDay, t } from "../words.js";
import { now, state } from "../world.js";

// Redraws without taking away the focus, what is unfolded, or where one has scrolled to.
export function keepPlace(root, redraw) {
  const { activeElement } = document;
  const key = root.contains(activeElement) ? activeElement.dataset.key : undefined;
  const at = activeElement?.selectionStart;
  const open = new Set([...root.querySelectorAll("details[data-key][open]")].map((one) => one.dataset.key));
  const top = root.scrollTop;
  redraw();
  for (const one of root.querySelectorAll("details[data-key]")) if (open.has(one.dataset.key)) one.open = true;
  root.scrollTop = top;
  if (key === undefined) return;
  const again = [...root.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key);
  again?.focus({ preventScroll: true });
  if (again?.type === "text" && at !== null) again.setSelectionRange(at, at);
}

export const badge = (status, word) => h("span", { class: `state state-${status}` }, word);

// Words of somebody outside: signs that turn the direction of writing turn nothing beyond them.
export const own = (words) => h("bdi", {}, words);

// What there is of these, with a dot between.
export const row = (...parts) => parts.flat().filter(Boolean).flatMap((one, index) => (index ? [" · ", one] : [one]));

// While the desk does not run one looks at what it left.
export const asleep = () => state.desk.here && !state.desk.alive && h("p", { class: "asleep small" }, t("thoughts.asleep"));

// The day only where it is not today's at the desk.
export const moment = (at) => (sameDay(at, now()) ? clockTime(at) : fullTime(at));

export function time(at, words = moment(at)) {
  return h("time", { dateTime: at, title: fullTime(at) }, words);
}

export function section(name, title, ...children) {
  return h("section", { class: `part part-${name}`, "aria-labelledby": `thoughts-${name}` }, h("h3", { id: `thoughts-${name}` }, title), children);
}

export const nothing = (words) => h("p", { class: "soft" }, words);

// A length in words of at most two units; `day` null where hours are working hours, which make no day.
export function length(seconds) {
  const minutes = Math.floor(Math.abs(seconds) / 60);
  const hours = Math.floor(minutes / 60);
  if (!minutes) return t("thoughts.under_a_minute");
  if (!hours) return t("thoughts.minutes", { minutes });
  return minutes % 60 ? t("thoughts.hours_minutes", { hours, minutes: minutes % 60 }) : t("thoughts.hours", { hours });
}

// Rows of the outbox; `choose` makes the ticket's number a button.
export function parcels(rows, choose = null) {
  return h("ul", { class: "parcels" }, rows.map((one) => h("li", { class: `parcel parcel-${one.state}` },
    h("div", { class: "top" },
      h("span", { class: "what" }, one.what, one.act && one.act !== one.what ? ` · ${one.act}` : ""),
      h("span", { class: `pill pill-${one.state}` }, one.state_word)),
    h("div", { class: "soft small" },
      choose && one.number && [h("button", { type: "button", class: "link", dataset: { key: `parcel-${one.id}` }, onclick: () => choose(one.ticket) }, one.number), " · "],
      own(one.whom), " · ", when(one),
      one.attempts > 0 && one.state !== "sent" && ` · ${t("thoughts.tries", { count: one.attempts })}`),
    one.words && h("div", { class: "small" }, own(one.words)),
    one.error && one.state !== "sent" && h("div", { class: "small wrong" }, own(one.error)))));
}

function when(one) {
  if (one.sent) return [t("thoughts.sent_at"), " ", time(one.sent)];
  if (one.state === "queued" || one.state === "sending") return [t("thoughts.goes_at"), " ", time(one.due)];
  return time(one.created);
}
