// What one may do with a message: reactions on top, then actions. Arrows go through it, Escape leaves.

import { h, icon } from "../dom.js";
import { t } from "../words.js";

const QUICK = ["👍", "👎", "❤", "🔥", "👀", "🙏", "🎉"];
export const ALL = ("👍 👎 ❤ 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 💋 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 " +
  "🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷‍♂ 🤷 🤷‍♀ 😡").split(" ");

let close = null;

// `items` are {label, icon, run, danger}; `emoji` are {allowed, mine, pick} or null; `at` is where the pointer is.
export function openMenu(anchor, { items, emoji = null }, at = null) {
  close?.();
  const panel = h("div", { class: "menu", role: "menu", "aria-label": anchor.getAttribute("aria-label") || anchor.title || t("chat.message_menu"), tabIndex: -1 });
  const done = (run) => () => { close?.(); run(); };
  if (emoji) panel.append(marks(emoji, done));
  for (const { label, icon: picture, run, danger } of items) {
    panel.append(h("button", { type: "button", role: "menuitem", class: danger ? "item danger" : "item", tabIndex: -1, onclick: done(run) }, picture ? icon(picture, { size: 18 }) : null, h("span", {}, label)));
  }
  const outside = (event) => { if (!panel.contains(event.target)) close?.(); };
  close = ({ focus = true } = {}) => {
    close = null;
    panel.remove();
    anchor.removeAttribute?.("aria-expanded");
    removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", moved);
    if (focus && anchor.isConnected) anchor.focus({ preventScroll: true });
  };
  // A phone's keyboard that goes away changes the window: the menu moves with what it belongs to.
  const moved = () => (anchor.checkVisibility() ? place(panel, anchor, null) : close?.());
  panel.addEventListener("keydown", (event) => travel(event, panel));
  addEventListener("pointerdown", outside, true);
  addEventListener("resize", moved);
  anchor.setAttribute?.("aria-expanded", "true");
  (anchor.closest?.("dialog[open]") ?? document.getElementById("panes")).append(panel);
  place(panel, anchor, at);
  panel.querySelector("[role^=menuitem]")?.focus({ preventScroll: true });
}

function marks({ allowed, mine, pick }, done) {
  const known = ALL.filter((one) => !allowed || allowed.includes(one));
  const quick = allowed ? known.slice(0, 7) : QUICK;
  const row = h("div", { class: "marks", role: "group", "aria-label": t("chat.react") });
  const draw = (list) => row.replaceChildren(...list.map((one) => h("button", {
    type: "button", role: "menuitemcheckbox", "aria-checked": String(mine.includes(one)), "aria-label": one, tabIndex: -1, onclick: done(() => pick(mine.includes(one) ? null : one)),
  }, one)));
  draw(quick);
  if (known.length > quick.length) row.append(h("button", { type: "button", role: "menuitem", tabIndex: -1, "aria-label": t("chat.more_reactions"), title: t("chat.more_reactions"), onclick: () => {
    row.classList.add("all");
    draw(known);
    row.firstChild.tabIndex = 0; // what scrolls can be come to
    row.firstChild.focus();
    place(row.parentElement, null, null);
  } }, "…"));
  return row;
}

function travel(event, panel) {
  const all = [...panel.querySelectorAll("[role^=menuitem]")];
  const at = all.indexOf(document.activeElement);
  const marked = document.activeElement.closest(".marks");
  const row = all.filter((one) => one.closest(".marks"));
  let next = null;
  if (event.key === "ArrowDown") next = marked && !marked.classList.contains("all") ? row.length : at + 1;
  if (event.key === "ArrowUp") next = at - 1;
  if (event.key === "ArrowRight" && marked) next = at + 1;
  if (event.key === "ArrowLeft" && marked) next = at - 1;
  if (event.key === "Home") next = 0;
  if (event.key === "End") next = all.length - 1;
  if (next !== null) { event.preventDefault(); all[(next + all.length) % all.length].focus(); }
  if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); event.stopPropagation(); close?.(); }
}

function place(panel, anchor, at) {
  const { width, height } = panel.getBoundingClientRect();
  const box = anchor?.getBoundingClientRect();
  const left = at?.clientX ?? (box ? (box.left + width < innerWidth - 8 ? box.left : box.right - width) : panel.offsetLeft);
  const top = at?.clientY ?? (box ? (box.bottom + height > innerHeight ? box.top - height : box.bottom) : panel.offsetTop);
  panel.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  panel.style.top = `${Math.max(8, Math.min(top, innerHeight - height - 8))}px`;
}
