// How topics and people look in lists: a topic's icon, somebody's initials, the last words in one line.

import { get } from "../api.js";
import { h } from "../dom.js";
import { clockTime, currentLanguage, sameDay, t } from "../words.js";
import { now } from "../world.js";

// Custom emoji ids and the emoji that each stands for, as Telegram offers them; how long an answer waits, in seconds.
export const known = { icons: {}, hold: { telegram: 0, mail: 0 } };

export async function learn() {
  Object.assign(known, await get("/api/group"));
}

const hex = (colour) => `#${colour.toString(16).padStart(6, "0")}`;

// «SD-12 · Анна · …» shows its number, another topic its first letter, as small pictures in a list do.
export function topicIcon(topic) {
  if (topic.message_thread_id === 1) return h("span", { class: "topic-icon general", "aria-hidden": "true" }, "#");
  const emoji = known.icons[topic.icon_custom_emoji_id];
  if (emoji) return h("span", { class: "topic-icon emoji", "aria-hidden": "true" }, emoji);
  const number = /^\p{L}{1,10}-(\d{1,4})\b/u.exec(topic.name)?.[1];
  const sign = number ?? [...topic.name.trim()][0]?.toUpperCase() ?? "·";
  return h("span", { class: "topic-icon", "aria-hidden": "true", style: `--colour: ${hex(topic.icon_color ?? 0x6fb9f0)}` }, sign);
}

export const topicName = (topic) => (topic.message_thread_id === 1 ? t("group.general") : topic.name);

// The first line of what the bot shows of somebody's words is in bold: «Анна · Telegram».
export function titleOf(message) {
  const [first] = message.entities ?? message.caption_entities ?? [];
  const words = message.text ?? message.caption ?? "";
  return message.from_bot && first?.type === "bold" && first.offset === 0 ? words.slice(0, first.length).trim() : "";
}

const KINDS = new Set(["photo", "video", "animation", "audio", "voice", "video_note", "sticker", "document", "venue", "location", "contact", "poll"]);

// One line about a message, as `viewer` reads it: who and what.
export function inOneLine(message, viewer) {
  const title = titleOf(message);
  const words = (message.text ?? message.caption ?? "").slice(title.length).replace(/\s+/g, " ").trim();
  const kind = KINDS.has(message.kind) ? t(`group.kind_${message.kind}`) : "";
  const who = title ? title.split(" · ")[0] : message.from_bot ? "" : message.from?.id === viewer ? t("group.you") : message.from?.first_name ?? "";
  return { who, words: [kind, words.slice(0, 120)].filter(Boolean).join(" ") };
}

// «14:05» today, the day before that.
export function shortly(at) {
  if (sameDay(at, now())) return clockTime(at);
  return new Date(at).toLocaleDateString(currentLanguage(), { day: "numeric", month: "short", timeZone: "Europe/Moscow" });
}

