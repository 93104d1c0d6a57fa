// The misfortunes that people make: a client blocks the bot, a topic is deleted, the group gets another id.

import { act } from "../api.js";
import { fill, h, toast } from "../dom.js";
import { t } from "../words.js";
import { person, state } from "../world.js";
import { wish } from "./active.js";

export function peoplePart() {
  const parts = [blocking(), deleting(), migrating()];
  return { element: h("div", { class: "people-part" }, parts.map((one) => one.element)), update: () => parts.forEach((one) => one.update()) };
}

function frame(name, hint, select, button) {
  const field = select && h("label", {}, h("span", {}, t(`controls.${name}`)), select);
  return h("div", { class: "fault deed", dataset: { deed: name } }, h("div", { class: "fault-settings" }, field, button), h("p", { class: "fault-hint soft" }, hint));
}

// Options are written anew only when they changed, and what was chosen stays chosen.
function choices(select, options) {
  const now = JSON.stringify(options);
  if (select.dataset.options === now) return;
  const before = select.value;
  select.dataset.options = now;
  fill(select, options.map(([value, name]) => h("option", { value }, name)));
  if (options.some(([value]) => value === before)) select.value = before;
}

function blocking() {
  const select = h("select", { onchange: () => update() });
  const button = h("button", { type: "button", onclick: () => {
    const one = person(Number(select.value));
    wish(() => act(one.blocked ? "unblock" : "block", { person: one.id }));
  } });
  const element = frame("client", t("controls.w_block"), select, button);
  const update = () => {
    const inside = new Set(state.groups.flatMap((one) => one.members.filter((member) => !["left", "kicked"].includes(member.status)).map((member) => member.user.id)));
    choices(select, state.people.filter((one) => !inside.has(one.id)).map((one) => [String(one.id), one.name]));
    const one = person(Number(select.value));
    button.disabled = !one;
    fill(button, t(one?.blocked ? "controls.unblock" : "controls.block"));
  };
  return { element, update };
}

function deleting() {
  const select = h("select", {});
  const button = h("button", { type: "button", class: "danger", onclick: async () => {
    const [group, topic] = select.value.split(":").map(Number);
    if (await wish(() => act("delete_topic", { group, topic }))) toast(t("controls.topic_deleted"));
  } }, t("controls.delete_topic"));
  const element = frame("topic", t("controls.w_topic"), select, button);
  const update = () => {
    const topics = state.groups.flatMap((group) => group.topics
      .filter((topic) => topic.message_thread_id !== 1 && !topic.deleted)
      .map((topic) => [`${group.id}:${topic.message_thread_id}`, topic.name]));
    choices(select, topics.length ? topics : [["", t("controls.no_topics")]]);
    button.disabled = !topics.length;
  };
  return { element, update };
}

function migrating() {
  const select = h("select", {});
  const button = h("button", { type: "button", class: "danger", onclick: async () => {
    if (await wish(() => act("migrate", { group: Number(select.value) }))) toast(t("controls.migrated"));
  } }, t("controls.migrate"));
  const element = frame("group", t("controls.w_migrate"), select, button);
  const update = () => choices(select, state.groups.map((one) => [String(one.id), one.title]));
  return { element, update };
}
