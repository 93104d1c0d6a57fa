// One row of the panel: what a fault is called, what to watch, its settings, and a switch that shows whether it is on.

import { fill, h } from "../dom.js";
import { t } from "../words.js";
import { fault, mailboxes, nameOf, progressOf, switchOff, switchOn } from "./active.js";

const TIMES = [null, 1, 3, 10];
const WAITS = [5, 15, 60];
const WHAT = ["sending", "hearing", "all"];
const KILLS = [3, 5, 10];

const times = () => field("times", TIMES, (count) => (count === null ? t("controls.times_all") : t("controls.times_count", { count })));
const what = () => field("what", WHAT, (name) => t(`controls.what_${name}`));
const seconds = (name, choices) => field(name, choices, (count) => t("controls.seconds", { count }), choices[1]);

// The settings of each kind; a setting is {label, select, value()}.
const SETTINGS = {
  "telegram.429": () => ({ retry_after: seconds("retry_after", WAITS), times: times(), what: what() }),
  "telegram.500": () => ({ times: times(), what: what() }),
  "telegram.hang": () => ({ what: what() }),
  "telegram.lost": () => ({ times: times() }),
  "mail.refuse": () => ({ address: mailbox() }),
  "desk.on_call": () => ({ when: field("on_call", ["after", "before"], (when) => t(`controls.on_call_${when}`)) }),
  "desk.in": () => ({ seconds: seconds("seconds", KILLS) }),
};

function field(name, choices, words, chosen = choices[0]) {
  const select = h("select", {}, choices.map((choice, index) => h("option", { value: String(index), selected: choice === chosen }, words(choice))));
  const label = name === "seconds" ? t("controls.f_desk_in") : t(`controls.${name}`);
  return { element: h("label", {}, h("span", { class: name === "seconds" ? "hidden-words" : "" }, label), select), select, value: () => choices[Number(select.value)] };
}

// People may get mailboxes while the panel is there.
function mailbox() {
  const select = h("select", {});
  const refill = () => {
    const chosen = select.value;
    if (mailboxes().join() === [...select.options].map((one) => one.value).join()) return;
    fill(select, mailboxes().map((address) => h("option", { value: address, selected: address === chosen }, address)));
  };
  return { element: h("label", {}, h("span", {}, t("controls.mailbox")), select), select, value: () => select.value, refill };
}

export function row(key) {
  const id = `fault-${key.replace(".", "-")}`;
  const settings = SETTINGS[key]?.() ?? {};
  const fields = Object.values(settings);
  const progress = h("span", { class: "fault-progress" });
  const toggle = h("button", {
    type: "button", role: "switch", class: "switch", "aria-labelledby": `${id}-name`, "aria-describedby": `${id}-hint`, "aria-checked": "false",
    onclick: () => (fault(key) ? switchOff(key) : switchOn(key, Object.fromEntries(Object.entries(settings).map(([name, one]) => [name, one.value()])))),
  }, h("span", { class: "switch-knob" }));
  const hints = [t(`controls.w_${key.replace(".", "_")}`), key === "desk.on_call" && t("controls.w_on_call_after")];
  const element = h("div", { class: "fault", dataset: { fault: key } },
    h("div", { class: "fault-name" }, h("span", { id: `${id}-name` }, nameOf(key)), progress),
    toggle,
    h("p", { class: "fault-hint soft", id: `${id}-hint` }, hints.filter(Boolean).join(" ")),
    fields.length > 0 && h("div", { class: "fault-settings" }, fields.map((one) => one.element)));
  return { element, update: () => update(key, { element, toggle, progress, fields, settings }) };
}

function update(key, { element, toggle, progress, fields, settings }) {
  const now = fault(key);
  toggle.setAttribute("aria-checked", String(Boolean(now)));
  element.classList.toggle("on", Boolean(now));
  for (const one of fields) {
    one.refill?.();
    one.select.disabled = Boolean(now);
  }
  for (const [name, one] of Object.entries(settings)) if (now && name in now) choose(one, now[name]);
  fill(progress, now ? progressOf(now) : "");
}

// Another page's settings are shown as they are.
function choose(one, value) {
  for (const option of one.select.options) {
    const before = one.select.value;
    one.select.value = option.value;
    if (one.value() === value) return;
    one.select.value = before;
  }
}
