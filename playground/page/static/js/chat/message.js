// One bubble: who, what it answers, the words, the media, reactions, the time, the buttons under it.

import { h, icon } from "../dom.js";
import { state, topicOf } from "../world.js";
import { clockTime, fullTime, t } from "../words.js";
import { keys } from "./keys.js";
import { album, media } from "./media.js";
import { matter } from "./matter.js";
import { isService } from "./unread.js";
import { nameOf, personName, serviceWords } from "./service.js";
import { inBrief, words } from "./text.js";

// `pieces` is one message, or those of one album; `view` is the ChatView that it stands in.
export function bubble(pieces, view) {
  const [first] = pieces;
  if (isService(first)) return h("div", { class: "service", tabIndex: -1, dataset: { message: first.message_id } }, h("span", {}, serviceWords(first)));
  const mine = view.isMine(first);
  const spoken = pieces.find((one) => one.caption || one.text) ?? first;
  const author = first.sender_chat?.title ?? nameOf(first.from);
  const marks = reactions(first, view);
  const said = text(spoken, view);
  // The time stands at the end of the last line where there is room, as in the app.
  const ends = said && !marks && !isBare(first);
  if (ends) said.append(time(first, spoken));
  const content = [
    view.many && !mine ? h("div", { class: "from", style: hue(first.from.id) }, author) : null,
    first.via_bot ? h("div", { class: "via" }, t("chat.via", { bot: `@${first.via_bot.username}` })) : null,
    first.forward_origin ? h("div", { class: "via" }, t("chat.forwarded", { who: originName(first.forward_origin) })) : null,
    topic(first, view),
    reply(first, view),
    pieces.length > 1 ? album(pieces, view) : media(first, view),
    matter(first, view),
    said,
    ends ? null : h("div", { class: "foot" }, marks, time(first, spoken)),
  ];
  const bare = isBare(first) ? " bare" : "";
  return h("div", {
    class: `msg ${mine ? "mine" : "theirs"}${bare}`, role: "article", tabIndex: -1, dataset: { message: first.message_id },
    "aria-label": `${mine ? t("chat.you") : author}, ${clockTime(first.date * 1000)}`,
  },
    view.many && !mine ? h("span", { class: "avatar", style: hue(first.from.id), "aria-hidden": "true" }, initials(author)) : null,
    h("div", { class: "stack" }, h("div", { class: "bubble" }, content), keys(first, view)),
    h("button", { type: "button", class: "icon more", tabIndex: -1, dataset: { key: "more" }, "aria-label": t("chat.message_menu"), title: t("chat.message_menu"), "aria-haspopup": "menu",
      onclick: (event) => view.menu(first, event.currentTarget) }, icon("more")));
}

const isBare = (message) => message.kind === "sticker" || message.kind === "video_note" || onlyEmoji(message);
const onlyEmoji = (message) => /^(\p{Extended_Pictographic}(\ufe0f|\u200d|\p{Emoji_Modifier}|\p{Extended_Pictographic})*\s?){1,3}$/u.test(message.text ?? "") && !message.reply_to_message && !message.entities?.length;

export const hue = (id) => `--hue: ${(Math.abs(id) * 47) % 360}`;
export const initials = (name) => name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? "").join("").toUpperCase();

function originName(origin) {
  return origin.sender_user ? nameOf(origin.sender_user) : origin.sender_user_name ?? origin.sender_chat?.title ?? origin.chat?.title ?? "";
}

// In the view of all topics: which one it is of.
function topic(message, view) {
  if (!view.openTopic || view.shown.thread !== null || !message.is_topic_message) return null;
  const name = topicOf(view.shown.chat, message.message_thread_id)?.name;
  return name ? h("button", { type: "button", class: "of-topic", dataset: { key: "topic" }, onclick: () => view.openTopic(message.message_thread_id) }, name) : null;
}

function reply(message, view) {
  const to = message.reply_to_message;
  // Every message of a topic answers its opening in the API; the app does not draw that.
  if (!to || (message.is_topic_message && to.message_id === message.message_thread_id)) return null;
  const now = view.find(to.message_id);
  const who = to.from?.id === state.bot.id ? nameOf(to.from) : to.sender_chat?.title ?? nameOf(to.from);
  const said = message.quote?.text ?? (now ? inBrief(now) : t("chat.gone"));
  return h("button", { type: "button", class: "reply", dataset: { key: "reply" }, style: hue(to.from?.id ?? 0), "aria-label": t("chat.to_original", { who, what: said }), onclick: () => view.jump(to.message_id) },
    h("span", { class: "who" }, who), h("span", { class: message.quote ? "said quoted" : "said" }, said));
}

function text(message, view) {
  const said = message.text ?? message.caption;
  if (!said) return null;
  const size = onlyEmoji(message) ? "words big" : "words";
  return h("div", { class: size, dir: "auto" }, words(said, message.entities ?? message.caption_entities, view.links));
}

function time(first, spoken) {
  const edited = first.edit_date ?? spoken.edit_date;
  return h("span", { class: "time", title: fullTime(first.date * 1000) },
    first.silent ? h("span", { class: "silent", title: t("chat.silent"), role: "img", "aria-label": t("chat.silent") }, "🔕") : null,
    edited ? h("span", { class: "edited", title: fullTime(edited * 1000) }, t("chat.edited")) : null,
    h("time", {}, clockTime(first.date * 1000)));
}

// Each reaction with its count; one's own is lit and goes off at a click.
export function reactions(message, view) {
  const by = new Map();
  for (const [who, marks] of Object.entries(message.marks ?? {})) for (const mark of marks) by.set(mark, [...(by.get(mark) ?? []), Number(who)]);
  if (!by.size) return null;
  const me = view.me();
  return h("span", { class: "reactions" }, [...by].map(([mark, people]) => h("button", {
    type: "button", class: "reaction", dataset: { key: `reaction-${mark}` }, "aria-pressed": String(people.includes(me)),
    title: people.map((id) => (id === state.bot.id ? nameOf(state.bot) : personName(id))).join(", "),
    "aria-label": t("chat.reaction", { emoji: mark, who: people.map((id) => (id === state.bot.id ? nameOf(state.bot) : personName(id))).join(", ") }),
    onclick: () => view.react(message, people.includes(me) ? null : mark),
  }, h("span", { class: "emoji" }, mark), people.length > 1 ? h("span", {}, people.length) : null)));
}
