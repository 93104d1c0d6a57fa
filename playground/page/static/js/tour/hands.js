// What the tour's people do, as one sees it done: chats opened, words typed, buttons pressed.

import { act, base64, post } from "../api.js";
import { emit, group, messages, topicsOf } from "../world.js";
import { t } from "../words.js";
import { screenshot } from "./picture.js";
import { Missing } from "./waiting.js";

// What stands in a chat, oldest first; of one topic only when it is named.
export function said(chat, thread) {
  const all = [...messages(chat).values()];
  return thread === undefined ? all : all.filter((one) => one.message_thread_id === thread);
}

export const words = (message) => message.text ?? message.caption ?? "";
export const lastId = (chat) => Math.max(0, ...said(chat).map((one) => one.message_id));

// The chat as it is called now: a group that has migrated has another number.
export const groupChat = (facts) => group(facts.group)?.id ?? facts.group;

// A message on the page, wherever its pane draws it.
export const bubble = (pane, message) =>
  (message ? document.querySelector(`#pane-${pane} [data-message="${message.message_id}"]`) : null);

// What an earlier step should have found out.
export function needed(value) {
  if (value === undefined || value === null) throw new Missing(t("tour.no_earlier"));
  return value;
}

export function openClient(id) {
  emit("open-client", { person: id });
}

export function openTopic(facts, thread) {
  emit("open-topic", { chat: groupChat(facts), topic: thread });
}

export const topicOfClient = (facts, name) =>
  topicsOf(groupChat(facts)).find((one) => !one.deleted && !facts.before.has(one.message_thread_id) && one.name.includes(`· ${name} ·`));

// What the client writes to the bot; with `picture` it is the words below a picture.
export async function clientSays(tour, id, text, { picture = false } = {}) {
  if (picture) return act("send_photo", { person: id, caption: text, data: await base64(await screenshot()) });
  return act("say", { person: id, text });
}

export async function engineerSays(tour, thread, text, about) {
  const { facts } = tour;
  return act("say", { person: facts.engineer, group: groupChat(facts), topic: thread, text, ...(about ? { reply_to: about.message_id } : {}) });
}

// Press the button at that place below a message.
export async function press(tour, pane, message, place) {
  const { facts } = tour;
  const who = pane === "group" ? { person: facts.engineer, group: groupChat(facts) } : { person: facts.presser ?? facts.anna };
  const button = message.keyboard.flat()[place];
  await act("press", { ...who, message: message.message_id, button: button.callback_data ?? button.text });
}

export async function passTime(how) {
  await post("/api/clock", { do: "jump", ...how });
}

