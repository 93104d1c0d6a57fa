// A small menu under a button: arrows walk, Escape closes, the focus comes back to the button.

import { add, h, icon } from "../dom.js";

let number = 0;

// items: [{label, run}]; an item that is null is left out.
export function menuButton(name, label, items, props = {}) {
  const id = `mail-menu-${number += 1}`;
  const list = h("div", { class: "mail-menu", role: "menu", id, hidden: true, "aria-label": label });
  const button = h("button", {
    type: "button", class: "icon", title: label, "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false",
    "aria-controls": id, ...props,
  }, icon(name));
  const root = h("div", { class: "mail-menu-place" }, button, list);

  function close(focus) {
    if (list.hidden) return;
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (focus) button.focus();
  }
  const outside = (event) => { if (!root.contains(event.target)) close(false); };

  function open() {
    list.replaceChildren();
    add(list, items().filter(Boolean).map(({ label: words, run }) => h("button", {
      type: "button", role: "menuitem", tabIndex: -1, onclick: () => { close(true); run(); },
    }, words)));
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", outside, true);
    list.firstElementChild?.focus();
  }

  button.addEventListener("click", () => (list.hidden ? open() : close(true)));
  root.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const all = [...list.children];
    const at = all.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") {
      if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); }
      close(event.key === "Escape");
    } else if (next !== undefined) {
      event.preventDefault();
      all[(next + all.length) % all.length].focus();
    }
  });
  return root;
}
