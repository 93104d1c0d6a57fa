// Small dialogs: a question, a form, a list to choose from. Each has a heading, takes Escape and gives the focus back.

import { h, iconButton } from "../dom.js";
import { t } from "../words.js";

// Shows a <dialog> with that heading; `build(close)` gives its content; resolves to what `close` was called with.
export function dialog(title, build, { wide = false } = {}) {
  return new Promise((resolve) => {
    const before = document.activeElement;
    const id = `dialog-${Math.random().toString(36).slice(2)}`;
    let answer = null;
    const close = (value = null) => { answer = value; box.close(); };
    const box = h("dialog", { class: wide ? "ask wide" : "ask", "aria-labelledby": id },
      h("header", { role: "none" }, h("h2", { id }, title), iconButton("close", t("chat.close"), () => close())), build(close));
    box.addEventListener("click", (event) => { if (event.target === box && outside(box, event)) close(); });
    box.addEventListener("close", () => { box.remove(); if (before?.isConnected) before.focus(); resolve(answer); });
    document.body.append(box);
    box.showModal();
    (box.querySelector("[autofocus]") ?? box.querySelector("input, textarea, select, .choices button, .primary"))?.focus();
  });
}

function outside(box, event) {
  const { left, right, top, bottom } = box.getBoundingClientRect();
  return event.clientX < left || event.clientX > right || event.clientY < top || event.clientY > bottom;
}

// Resolves to true for yes.
export function sure(title, text, yes, { danger = true } = {}) {
  return dialog(title, (close) => [
    text ? h("p", {}, text) : null,
    h("div", { class: "row-of-buttons" },
      h("button", { type: "button", onclick: () => close(false) }, t("chat.cancel")),
      h("button", { type: "button", class: danger ? "danger" : "primary", onclick: () => close(true) }, yes)),
  ]);
}

// `choices` are {label, note, value}; resolves to the value, null for none.
export function choose(title, choices, { hint } = {}) {
  return dialog(title, (close) => [
    hint ? h("p", { class: "soft" }, hint) : null,
    h("ul", { class: "choices" }, choices.map(({ label, note, value }) =>
      h("li", {}, h("button", { type: "button", onclick: () => close(value) }, h("span", {}, label), note ? h("small", {}, note) : null)))),
  ]);
}

// `fields` are {name, label, value, type, options, rows, required, hint}; resolves to {name: value} or null.
export function form(title, fields, yes) {
  return dialog(title, (close) => {
    const inputs = fields.map((field) => [field, input(field)]);
    const element = h("form", { class: "fields", method: "dialog", onsubmit: (event) => {
      event.preventDefault();
      close(Object.fromEntries(inputs.map(([field, one]) => [field.name, one.type === "checkbox" ? one.checked : one.value])));
    } },
      inputs.map(([field, one]) => field.type === "checkbox"
        ? h("label", { class: "check" }, one, h("span", {}, field.label))
        : h("label", {}, h("span", {}, field.label), one, field.hint ? h("small", { class: "soft" }, field.hint) : null)),
      h("div", { class: "row-of-buttons" },
        h("button", { type: "button", onclick: () => close() }, t("chat.cancel")), h("button", { type: "submit", class: "primary" }, yes)));
    return element;
  });
}

function input({ name, type = "text", value = "", options, rows, required, maxLength }) {
  if (options) return h("select", { name }, options.map(([key, label]) => h("option", { value: key, selected: key === value }, label)));
  if (rows) return h("textarea", { name, rows, value, required });
  if (type === "checkbox") return h("input", { name, type, checked: Boolean(value) });
  return h("input", { name, type, value, required, autocomplete: "off", ...(type === "number" ? { step: "any" } : {}), ...(maxLength ? { maxLength } : {}) });
}
