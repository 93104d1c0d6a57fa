// A conversation as the app shows it: messages, their menus, the composer. Used for clients' chats and for topics.
//
// new ChatView({
//   acting: () => ({person, group?}),      whose app it is: ids; `group` only in a group
//   label: () => "…",                      a name for the screen reader
//   many: true,                            several people speak here: names and faces are shown
//   foot: element,                         shown under the composer (what will happen to what one writes)
//   onCompose: ({reply, edit, text}) => …, whenever what is about to be sent changes
//   why: () => null | "…",                 why nobody can write here; null when one can
//   empty: () => "…" | element,            shown while there is no message
//   openTopic: (thread) => …,              lets messages in the view of all topics say which they are of
// })
// .element   .show({chat, thread, message?})   thread: null = all, 1 = General
// .jump(id)  .replyTo(message)  .write(text)   .shown = {chat, thread}   .refresh() after `acting` or `why` changed

import { act } from "../api.js";
import { fill, h, icon } from "../dom.js";
import { openLink } from "../links.js";
import { emit, group, messages, on, person, state, topicOf } from "../world.js";
import { onLanguage, t } from "../words.js";
import { Composer } from "./composer.js";
import { choose, sure } from "./dialogs.js";
import { copy } from "./keys.js";
import { MessageList } from "./list.js";
import { openMenu } from "./menu.js";
import { refuse } from "./refusals.js";
import { soon } from "./soon.js";
import { inBrief } from "./text.js";
import { inThread, isService, markRead } from "./unread.js";

export class ChatView {
  constructor({ acting, label, many = false, foot = null, onCompose = () => {}, why = () => null, empty = () => "", openTopic = null }) {
    Object.assign(this, { acting, label, many, why, empty, openTopic });
    this.shown = null;
    this.links = { open: (url) => openLink(url, { person: this.me() }), command: (words) => this.composer.say(words) };
    this.list = new MessageList(this, (id) => { if (this.shown) markRead(this.me(), this.shown.chat, this.shown.thread, id); });
    this.composer = new Composer(this, onCompose);
    this.pinned = h("div", { class: "pinned", hidden: true });
    this.none = h("div", { class: "none" });
    this.element = h("div", { class: "chat", role: "group" }, this.pinned, this.list.element, this.composer.element, foot);
    this.list.element.append(this.none);
    this.later = soon(() => { if (this.shown) { this.around(); this.composer.drawKeyboard(); } });
    this.composer.acceptDropsOn(this.element);
    this.element.addEventListener("focusin", ({ relatedTarget }) => {
      this.list.speak(true);
      // Of several topics that stand open side by side the one is meant that a person turns to.
      if (this.shown?.thread && !this.element.contains(relatedTarget)) emit("shown", { ...this.shown });
    });
    this.element.addEventListener("focusout", ({ relatedTarget }) => { if (!this.element.contains(relatedTarget)) this.list.speak(false); });
    on("message", ({ chat, message }) => { if (message && this.here(chat, message)) { this.list.added(message); this.composer.heard(message); this.later(); } });
    on(["edited", "vote", "reaction"], ({ chat, message }) => { if (message && this.here(chat, message)) { this.list.changed(message); this.later(); } });
    on("deleted", ({ chat, data }) => { if (chat === this.shown?.chat) { this.list.removed(data.message_id); this.composer.forget(data.message_id); this.later(); } });
    on("pin", ({ chat }) => { if (chat === this.shown?.chat) this.around(); });
    on("topic", ({ chat, data }) => { if (chat === this.shown?.chat) this.topicChanged(data.message_thread_id); });
    onLanguage(() => this.refresh());
  }

  // One that is gone took its messages with it; one that came or changed leaves alone what one reads and writes.
  topicChanged(thread) {
    const { shown } = this;
    const gone = topicOf(shown.chat, thread)?.deleted;
    if (gone && [null, thread].includes(shown.thread)) this.show(shown);
    else if (shown.thread === null && this.openTopic) this.list.rename(thread);
    this.around();
  }

  here(chat, message) {
    return chat === this.shown?.chat && inThread(message, this.shown.thread);
  }

  me() {
    return this.acting().person;
  }

  isMine(message) {
    return message.from?.id === this.me() && !message.sender_chat;
  }

  all() {
    return this.shown ? [...messages(this.shown.chat).values()].filter((one) => inThread(one, this.shown.thread)) : [];
  }

  find(id) {
    return this.shown ? messages(this.shown.chat).get(id) : undefined;
  }

  // Draws that place; again the same place keeps the draft and goes to the end.
  show({ chat, thread = null, message = null }) {
    this.composer.leave();
    this.shown = { chat, thread };
    this.list.show(this.all());
    this.around();
    this.composer.enter();
    if (message) this.jump(message);
  }

  refresh() {
    if (!this.shown) return;
    this.list.redraw();
    this.list.follow();
    this.around();
    this.composer.enter();
  }

  // What stands around the messages: the pin, the empty place's words, whether one may write.
  around() {
    this.element.setAttribute("aria-label", this.label?.() ?? "");
    const pins = (group(this.shown.chat) ?? state.people.find((one) => one.chat === this.shown.chat))?.pinned ?? [];
    const pin = [...pins].reverse().map((id) => this.find(id)).find((one) => one && inThread(one, this.shown.thread));
    this.pinned.hidden = !pin;
    if (pin) fill(this.pinned, h("button", { type: "button", onclick: () => this.jump(pin.message_id) }, icon("pin", { size: 16 }), h("span", {}, h("b", {}, t("chat.pinned")), " ", inBrief(pin, 90))));
    const quiet = !this.list.all.some((one) => !isService(one));
    this.none.hidden = !quiet;
    if (quiet) fill(this.none, this.empty());
    this.composer.allow(this.why());
  }

  jump(id) {
    if (this.list.jump(id)) return true;
    refuse(new Error("the message is deleted"));
    return false;
  }

  replyTo(message) {
    this.composer.reply(message);
  }

  write(text) {
    this.composer.fill(text);
  }

  async do(action, values) {
    try {
      return await act(action, { ...this.acting(), ...values });
    } catch (error) {
      refuse(error);
      return null;
    }
  }

  react(message, emoji) {
    return this.do("react", { message: message.message_id, emoji });
  }

  vote(message, options) {
    return this.do("vote", { message: message.message_id, options });
  }

  menu(message, anchor, at = null) {
    const text = message.text ?? message.caption ?? "";
    const mine = this.isMine(message);
    const place = group(this.shown.chat);
    const member = place?.members.find((one) => one.user.id === this.me());
    const rules = !place || mine || member?.status === "creator" || member?.can_delete_messages;
    const writes = !this.why();
    const items = [];
    const marked = String(getSelection()).trim();
    if (writes && marked && text.includes(marked)) items.push({ label: t("chat.quote"), icon: "reply", run: () => this.composer.reply(message, { quote: marked }) });
    if (writes) items.push({ label: t("chat.reply"), icon: "reply", run: () => this.replyTo(message) });
    if (writes && mine && editable(message)) items.push({ label: t("chat.edit"), icon: "edit", run: () => this.composer.edit(message) });
    if (text) items.push({ label: t("chat.copy"), icon: "copy", run: () => copy(text) });
    if (!message.has_protected_content) items.push({ label: t("chat.forward"), icon: "forward", run: () => this.forward(message) });
    if (rules) items.push({ label: t("chat.delete"), icon: "trash", danger: true, run: () => this.remove(message) });
    const emoji = writes ? { allowed: place?.reactions, mine: message.marks?.[this.me()] ?? [], pick: (one) => this.react(message, one) } : null;
    openMenu(anchor, { items, emoji: emoji?.allowed?.length === 0 ? null : emoji }, at);
  }

  async remove(message) {
    if (await sure(t("chat.delete_sure"), inBrief(message), t("chat.delete"))) this.do("delete", { message: message.message_id });
  }

  // To the bot's chat, or into a topic of a group that one is in.
  async forward(message) {
    const me = this.me();
    const inside = state.groups.filter((one) => one.members.some(({ user, status }) => user.id === me && !["left", "kicked"].includes(status)));
    const places = [{ label: t("chat.bot_chat", { bot: state.bot.name }), value: {} }];
    for (const one of inside) {
      const topics = one.is_forum ? one.topics.filter((topic) => !topic.deleted && !topic.closed) : [{ message_thread_id: null, name: one.title }];
      for (const topic of topics) places.push({ label: topic.name, note: one.is_forum ? one.title : "", value: { group: one.id, topic: topic.message_thread_id } });
    }
    const to = await choose(t("chat.forward_to"), places, { hint: person(me)?.name });
    if (!to) return;
    try {
      await act("forward", { person: me, ...to, source: this.shown.chat, message: message.message_id });
    } catch (error) {
      refuse(error);
    }
  }

  // Where a new message goes: the topic shown; in the view of the whole chat General.
  where() {
    const { chat, thread } = this.shown;
    return thread !== null && thread !== 1 && topicOf(chat, thread) ? { topic: thread } : {};
  }
}

function editable(message) {
  const words = message.kind === "text" || ["photo", "video", "animation", "audio", "voice", "document"].includes(message.kind);
  return words && !message.via_bot && !message.forward_origin;
}
