// Who has read how far, per viewer, chat and topic; kept for the visit in this browser.

import { emit, messages, state } from "../world.js";

const KEY = "otvet.read";
let marks = null;

// What was kept of this world; of another, whose numbers were the same, it means nothing.
function kept() {
  if (marks) return marks;
  marks = new Map();
  try {
    const { boot, read } = JSON.parse(sessionStorage.getItem(KEY)) ?? {};
    if (boot === state.boot) marks = new Map(read);
  } catch { /* begins anew */ }
  return marks;
}

const key = (viewer, chat, thread) => `${viewer}:${chat}:${thread ?? "all"}`;
const read = (viewer, chat, thread) => kept().get(key(viewer, chat, thread)) ?? 0;

// The topic that a message is in; 1 is General, and a chat without topics is General all over.
export const placeOf = (message) => (message.is_topic_message ? message.message_thread_id : 1);

export const inThread = (message, thread) => thread === null || thread === undefined || placeOf(message) === thread;

// How many messages of others that viewer has not seen there; `thread` null is the whole chat.
export function unread(viewer, chat, thread = null) {
  let count = 0;
  for (const message of [...messages(chat).values()].reverse()) {
    if (message.message_id <= read(viewer, chat, null)) break;
    const own = message.from?.id === viewer;
    if (own || !inThread(message, thread) || isService(message)) continue;
    if (message.message_id > Math.max(read(viewer, chat, thread), read(viewer, chat, placeOf(message)))) count += 1;
  }
  return count;
}

// The same for all topics of a chat at once: topic → count, where there is any.
export function unreadByPlace(viewer, chat) {
  const counts = new Map();
  const whole = read(viewer, chat, null);
  for (const message of messages(chat).values()) {
    if (message.message_id <= whole || message.from?.id === viewer || isService(message)) continue;
    const place = placeOf(message);
    if (message.message_id > read(viewer, chat, place)) counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return counts;
}

export function markRead(viewer, chat, thread, upTo) {
  if (upTo <= read(viewer, chat, thread)) return;
  kept().set(key(viewer, chat, thread), upTo);
  try { sessionStorage.setItem(KEY, JSON.stringify({ boot: state.boot, read: [...kept()] })); } catch { /* private mode */ }
  emit("read", { viewer, chat, thread });
}

// What the app says by itself: a topic opened, somebody joined.
const SERVICE = new Set(["forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened", "general_forum_topic_hidden",
  "general_forum_topic_unhidden", "pinned_message", "new_chat_members", "left_chat_member", "new_chat_title", "migrate_to_chat_id", "migrate_from_chat_id"]);
export const isService = (message) => SERVICE.has(message.kind);
