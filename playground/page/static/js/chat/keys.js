// Buttons under a message, and the keyboard that a bot puts in place of the letters.

import { post, act } from "../api.js";
import { h, icon, toast } from "../dom.js";
import { t } from "../words.js";
import { dialog, sure } from "./dialogs.js";
import { refuse } from "./refusals.js";

export function keys(message, view) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows?.length) return null;
  return h("div", { class: "keys" }, rows.map((row, at) => h("div", {}, row.map((button, index) => key(button, message, view, `${at}-${index}`)))));
}

function key(button, message, view, place) {
  const link = button.url ?? button.web_app?.url;
  const does = link ? () => view.links.open(link) : button.copy_text ? () => copy(button.copy_text.text) : (event) => press(button, message, view, event.currentTarget);
  return h("button", { type: "button", class: `key${button.style ? ` ${button.style}` : ""}`, dataset: { key: `key-${place}` }, onclick: does },
    h("span", {}, button.text), link ? h("span", { class: "mark", "aria-hidden": "true" }, "↗") : button.copy_text ? icon("copy", { size: 14 }) : null);
}

async function press(button, message, view, element) {
  if (element.getAttribute("aria-busy") === "true") return;
  if (button.switch_inline_query_current_chat !== undefined) { view.composer.ask(button.switch_inline_query_current_chat); return; }
  element.setAttribute("aria-busy", "true");
  try {
    const answer = await post("/api/press", { ...view.acting(), message: message.message_id, button: button.callback_data ?? button.text });
    if (answer.url) view.links.open(answer.url);
    else if (answer.text && answer.show_alert) {
      await dialog(t("chat.bot_says"), (close) => [h("p", { class: "said" }, answer.text), h("div", { class: "row-of-buttons" }, h("button", { type: "button", class: "primary", onclick: () => close() }, t("chat.ok")))]);
    } else if (answer.text) toast(answer.text);
    else if (answer.silent) toast(t("chat.no_answer"), { wrong: true });
  } catch (error) {
    refuse(error);
  } finally {
    // The bubble may have been drawn anew meanwhile: the button that is there now was never busy.
    element.removeAttribute("aria-busy");
  }
}

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("chat.copied"));
  } catch {
    await dialog(t("chat.copy"), () => h("textarea", { rows: 5, readOnly: true, value: text, "aria-label": t("chat.copy") }));
  }
}

// The keyboard that the bot's latest message with one leaves behind; null when it was taken away.
export function keyboardOf(messages, me) {
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const { markup, from_bot: ofBot } = messages[at];
    if (!ofBot || !markup) continue;
    if (markup.remove_keyboard) return null;
    if (!markup.keyboard) continue;
    const used = markup.one_time_keyboard && messages.slice(at + 1).some((one) => one.from?.id === me);
    return used ? null : { ...markup, message: messages[at] };
  }
  return null;
}

export function keyboard(markup, view) {
  return h("div", { class: "keyboard", role: "group", "aria-label": t("chat.keyboard") }, markup.keyboard.map((row) => h("div", {}, row.map((button) => {
    const plain = typeof button === "string" ? { text: button } : button;
    return h("button", { type: "button", class: "key", onclick: () => keyPressed(plain, markup, view) }, plain.text);
  }))));
}

async function keyPressed(button, markup, view) {
  if (button.request_location) { view.composer.attach.location(); return; }
  if (button.request_contact && !(await sure(t("chat.share_contact"), t("chat.share_contact_why"), t("chat.share"), { danger: false }))) return;
  try {
    await act("press", { ...view.acting(), message: markup.message.message_id, button: button.text });
  } catch (error) {
    refuse(error);
  }
}
