// What will become of an engineer's words before they are sent: a note, an answer to the client, an order to the desk.
// It is told from what stands in the topic, as every engineer tells it, and says so where that does not suffice.

import { inThread, isService } from "../chat/unread.js";
import { messages } from "../world.js";
import { known, titleOf } from "./looks.js";

const CARD = /^[\p{L}\d]{1,10}-\d+ · /u;
const WORDS = /^(.+) · (Telegram|почта|mail)$/u;
const STRANGER = /, не участник|, not a participant|не подтверждён|not verified/u;
const ASKS = /тветьте на это сообщение|eply to this message/u;
// Orders whose words the client reads, at once or in the closing letter.
const TOLD = new Set(["info", "solved", "wait", "estimate", "call", "close"]);

// What a message of the topic is to whoever replies to it: "card", "client", "stranger", "asks", "colleague", "desk".
function nature(message) {
  if (!message.from_bot) return "colleague";
  const title = titleOf(message);
  if (CARD.test(title) && message.keyboard?.length) return "card";
  if (WORDS.test(title)) return STRANGER.test(title.replace(WORDS, "$1")) ? "stranger" : "client";
  if (ASKS.test(message.text ?? "")) return "asks";
  return !title && isBare(message) ? "client" : "desk";
}

// A file or place without words comes with somebody's words before it.
function isBare(message) {
  if (message.kind === "text" || message.text || message.caption) return false;
  const thread = message.is_topic_message ? message.message_thread_id : 1;
  const before = inOrder(message.chat.id, thread).filter((one) => one.message_id < message.message_id).reverse();
  const head = before.find((one) => one.text || one.caption);
  return head !== undefined && head.from_bot && WORDS.test(titleOf(head));
}

export const inOrder = (chat, thread) => [...messages(chat).values()].filter((one) => inThread(one, thread) && !isService(one));

// Whose ticket it is and through which door they spoke last; the message that an answer best replies to.
export function client(chat, thread) {
  const all = inOrder(chat, thread);
  for (const message of all.reverse()) {
    const found = message.from_bot && WORDS.exec(titleOf(message));
    if (found && nature(message) === "client") return { name: found[1], door: found[2], message };
  }
  return null;
}

export const cardOf = (chat, thread) => (thread === 1 ? undefined : inOrder(chat, thread).findLast((one) => one.from_bot && CARD.test(titleOf(one)) && one.keyboard?.length));

// {fate, values}: `fate` names a sentence of words/group.js, `side` is "inside", "client" or "unsure".
export function fate({ chat, thread, text, reply, edit, bot }) {
  const said = text.trimStart();
  const order = /^\/([\p{L}\d_]+)(?:@(\w+))?(?:\s+(\S))?/u.exec(said);
  if (order && (!order[2] || order[2].toLowerCase() === bot)) return ordered(order[1].toLowerCase(), Boolean(order[3]));
  if (!cardOf(chat, thread)) return { fate: "talk", side: "inside" };
  if (edit) return { fate: "edited", side: "unsure" };
  if (said.startsWith(`@${bot}`)) return { fate: "inline", side: "inside" };
  if (said.startsWith("//") || said.startsWith("@")) return { fate: "colleague", side: "inside" };
  if (!reply) return { fate: "note", side: "inside" };
  const whom = client(chat, thread);
  switch (nature(reply)) {
    case "card": case "client": return answered(whom, text.length);
    case "asks": return { fate: "asked", side: "unsure" };
    case "stranger": return { fate: "stranger", side: "inside" };
    case "colleague": return { fate: "to_colleague", side: "inside" };
    default: return { fate: "to_desk", side: "inside" };
  }
}

const LONGEST = 4096; // what is longer goes as several messages, of which the app makes one alone a reply

function answered(whom, length) {
  if (length > LONGEST) return { fate: "answer_long", side: "unsure" };
  if (!whom) return { fate: "answer_somebody", side: "client" };
  const { name, door } = whom;
  const mail = door !== "Telegram";
  const seconds = known.hold[mail ? "mail" : "telegram"];
  return { fate: mail ? "answer_mail" : "answer_telegram", side: "client", values: { name, seconds } };
}

function ordered(name, more) {
  if (name === "done") return { fate: "order_done", side: "unsure" };
  return TOLD.has(name) && more ? { fate: "order_told", side: "client" } : { fate: "order", side: "inside" };
}
