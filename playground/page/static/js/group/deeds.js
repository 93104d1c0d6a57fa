// What one does with topics: open a new one, name it, give it an icon, close it, open it again, delete it.

import { post } from "../api.js";
import { dialog, sure } from "../chat/dialogs.js";
import { openMenu } from "../chat/menu.js";
import { refuse } from "../chat/refusals.js";
import { h, toast } from "../dom.js";
import { t } from "../words.js";
import { here, manages, me } from "./here.js";
import { known } from "./looks.js";
import { mayDelete } from "./members.js";

async function deed(what, values = {}) {
  try {
    return await post("/api/group/topic", { do: what, group: here().id, person: me()?.id, ...values });
  } catch (error) {
    refuse(error);
    return null;
  }
}

// Name and icon; resolves to {name, icon} or null.
function about(title, yes, { name = "", icon = "" } = {}) {
  return dialog(title, (close) => {
    const input = h("input", { name: "name", value: name, required: true, maxLength: 128, autocomplete: "off", autofocus: true });
    const choices = [["", t("group.no_icon")], ...Object.entries(known.icons)];
    const picks = choices.map(([id, emoji]) => h("label", { class: "pick", title: id ? emoji : t("group.no_icon") },
      h("input", { type: "radio", name: "icon", value: id, checked: id === (icon ?? ""), "aria-label": id ? emoji : t("group.no_icon") }), h("span", { "aria-hidden": "true" }, id ? emoji : "#")));
    return h("form", { class: "fields", method: "dialog", onsubmit: (event) => {
      event.preventDefault();
      close({ name: input.value.trim(), icon: new FormData(event.target).get("icon") ?? "" });
    } },
    h("label", {}, h("span", {}, t("group.topic_name")), input),
    h("fieldset", { class: "icons" }, h("legend", {}, t("group.topic_icon")), h("div", { class: "picks" }, picks)),
    h("div", { class: "row-of-buttons" }, h("button", { type: "button", onclick: () => close() }, t("group.cancel")), h("button", { type: "submit", class: "primary" }, yes)));
  });
}

export async function createTopic(opened) {
  const given = await about(t("group.new_topic"), t("group.create"));
  if (!given?.name) return;
  const made = await deed("create", given);
  if (made) opened(made.message_thread_id);
}

async function changeTopic(topic) {
  const given = await about(t("group.change_topic"), t("group.save"), { name: topic.name, icon: topic.icon_custom_emoji_id });
  if (given?.name) await deed("change", { topic: topic.message_thread_id, ...given });
}

async function deleteTopic(topic) {
  if (!(await sure(t("group.delete_sure", { name: topic.name }), t("group.delete_note"), t("group.delete")))) return;
  if (await deed("delete", { topic: topic.message_thread_id })) toast(t("group.deleted"));
}

// The menu of one topic; what this engineer may not do is not offered.
export function topicMenu(topic, anchor, event = null) {
  const id = { topic: topic.message_thread_id };
  const items = [];
  if (manages(topic)) {
    items.push({ label: t("group.change_topic"), icon: "edit", run: () => changeTopic(topic) });
    items.push(topic.closed
      ? { label: t("group.reopen"), icon: "check", run: () => deed("reopen", id) }
      : { label: t("group.close"), icon: "lock", run: () => deed("close", id) });
    if (mayDelete()) items.push({ label: t("group.delete"), icon: "trash", danger: true, run: () => deleteTopic(topic) });
  } else {
    items.push({ label: t("group.admins_only"), run: () => toast(t("group.admins_only")) });
  }
  openMenu(anchor, { items }, event);
}
