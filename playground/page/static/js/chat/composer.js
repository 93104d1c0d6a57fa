// Where one writes: words, replies, edits, files, voice, the bot's commands. A draft is kept for each place and person.

import { act, get, post } from "../api.js";
import { fill, h, icon, iconButton, toast } from "../dom.js";
import { on, state } from "../world.js";
import { t } from "../words.js";
import { Attach } from "./attach.js";
import { cut, LIMIT } from "./cut.js";
import { keyboard, keyboardOf } from "./keys.js";
import { refuse } from "./refusals.js";
import { nameOf } from "./service.js";
import { Suggestions } from "./suggest.js";
import { inBrief } from "./text.js";
import { Voice } from "./voice.js";

const CAPTION = 1024; // units of the words under a picture
const drafts = new Map();

export class Composer {
  constructor(view, onCompose) {
    Object.assign(this, { view, onCompose, replying: null, editing: null, queue: Promise.resolve(), commands: [] });
    this.field = h("textarea", { rows: 1, dir: "auto", enterKeyHint: "send", oninput: () => this.typed(), onkeydown: (event) => this.key(event), onpaste: (event) => this.attach.paste(event) });
    this.attach = new Attach(this);
    this.voice = new Voice(this);
    this.suggestions = new Suggestions(this);
    this.about = h("div", { class: "about-message", hidden: true });
    this.keysButton = iconButton("keyboard", "", () => { this.keysShut = !this.keysShut; this.drawKeyboard(); }, { hidden: true });
    this.menuButton = h("button", { type: "button", class: "icon commands", hidden: true, onclick: () => this.suggestions.toggleCommands() }, "/");
    this.sendButton = iconButton("send", "", () => this.send(), { class: "icon send" });
    this.bar = h("div", { class: "bar" }, this.menuButton, this.attach.button, this.field, this.keysButton, this.voice.button, this.sendButton);
    this.closed = h("div", { class: "closed", hidden: true });
    this.keys = h("div", { hidden: true });
    this.element = h("div", { class: "composer" }, this.suggestions.element, this.about, this.attach.progress, this.voice.element, this.bar, this.closed, this.keys);
    on("commands", () => this.learnCommands());
  }

  placeOfDraft() {
    const { chat, thread } = this.view.shown;
    return `${this.view.me()}:${chat}:${thread ?? "all"}`;
  }

  // Before another place is shown, and after it.
  leave() {
    if (!this.view.shown || !this.kept) return;
    const { replying, editing } = this;
    drafts.set(this.kept, { text: editing ? this.before ?? "" : this.field.value, replying });
    this.kept = null;
  }

  enter() {
    const key = this.placeOfDraft();
    if (this.kept !== key) {
      if (this.kept) this.leave();
      this.kept = key;
      const draft = drafts.get(key) ?? { text: "", replying: null };
      Object.assign(this, { editing: null, quote: null, replying: draft.replying && this.view.find(draft.replying.message_id) ? draft.replying : null });
      this.field.value = draft.text;
      this.keysShut = false;
      this.learnCommands();
    }
    this.dress();
  }

  dress() {
    this.field.placeholder = t("chat.placeholder");
    this.field.setAttribute("aria-label", t("chat.write"));
    for (const [button, words] of [[this.sendButton, "chat.send"], [this.menuButton, "chat.commands"], [this.keysButton, "chat.keyboard"]]) {
      button.title = t(words);
      button.setAttribute("aria-label", t(words));
    }
    this.attach.dress();
    this.voice.dress();
    this.drawAbout();
    this.drawKeyboard();
    this.typed();
  }

  // `why` nobody can write here, or null.
  allow(why) {
    this.bar.hidden = Boolean(why);
    this.closed.hidden = !why;
    this.closed.textContent = why ?? "";
    if (why) { this.about.hidden = true; this.keys.hidden = true; }
  }

  async learnCommands() {
    if (!this.view.shown) return;
    const key = this.placeOfDraft();
    try {
      const { commands } = await get(`/api/commands?chat=${this.view.shown.chat}&person=${this.view.me()}`);
      if (key !== this.placeOfDraft()) return;
      this.commands = commands;
      this.menuButton.hidden = !commands.length;
    } catch { /* offered again with the next words of the bot */ }
  }

  // A message has come here: what asks for an answer opens as a reply.
  heard(message) {
    const asks = message.markup?.force_reply && message.from_bot && (!message.markup.selective || this.meant(message));
    if (asks && !this.editing) this.reply(message, { focus: false });
  }

  // A prompt for some people only: those that it answers or mentions.
  meant(message) {
    const me = this.view.me();
    return message.reply_to_message?.from?.id === me || (message.entities ?? []).some((one) => one.user?.id === me);
  }

  drawKeyboard() {
    const markup = this.view.shown ? keyboardOf(this.view.list.all, this.view.me()) : null;
    this.keysButton.hidden = !markup;
    this.keys.hidden = !markup || this.keysShut || Boolean(this.view.why());
    if (markup !== null && !this.keys.hidden && this.drawn !== markup.message) {
      fill(this.keys, keyboard(markup, this.view));
      this.drawn = markup.message;
    }
    const prompt = this.replying?.markup?.input_field_placeholder ?? (markup && !this.keys.hidden ? markup.input_field_placeholder : null);
    this.field.placeholder = prompt ?? t("chat.placeholder");
  }

  // With `quote` the answer is to these words of it.
  reply(message, { focus = true, quote = null } = {}) {
    if (this.editing) this.drop();
    this.replying = message;
    this.quote = quote;
    this.drawAbout();
    this.drawKeyboard();
    if (focus) this.field.focus();
  }

  edit(message) {
    if (!this.editing) this.before = this.field.value;
    this.editing = message;
    this.replying = null;
    this.field.value = message.text ?? message.caption ?? "";
    this.drawAbout();
    this.typed();
    this.field.focus();
  }

  // Neither a reply nor an edit any more.
  drop() {
    if (this.editing) this.field.value = this.before ?? "";
    Object.assign(this, { replying: null, editing: null, before: "" });
    this.drawAbout();
    this.drawKeyboard();
    this.typed();
  }

  forget(id) {
    if (this.replying?.message_id === id || this.editing?.message_id === id) this.drop();
  }

  drawAbout() {
    const message = this.editing ?? this.replying;
    this.about.hidden = !message || Boolean(this.view.why());
    if (message) {
      const title = this.editing ? t("chat.editing") : t("chat.replying", { who: message.sender_chat?.title ?? nameOf(message.from) });
      fill(this.about, icon(this.editing ? "edit" : "reply", { size: 18 }), h("div", {}, h("b", {}, title), h("span", { dir: "auto" }, this.replying && this.quote ? `«${this.quote}»` : inBrief(message))),
        iconButton("close", t("chat.cancel"), () => { this.drop(); this.field.focus(); }));
    }
    this.tell();
  }

  tell() {
    this.onCompose({ reply: this.replying, edit: this.editing, text: this.field.value });
  }

  typed() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight + 2, 180)}px`;
    this.voice.button.hidden = Boolean(this.field.value.trim()) || Boolean(this.editing);
    this.sendButton.hidden = !this.voice.button.hidden;
    this.suggestions.follow();
    this.tell();
  }

  fill(text) {
    this.field.value = text;
    this.typed();
    this.field.focus();
    this.field.setSelectionRange(text.length, text.length);
  }

  // Begins the bot's inline mode with those words.
  ask(text) {
    this.fill(`@${state.bot.username} ${text}`);
  }

  key(event) {
    if (this.suggestions.key(event)) return;
    const touch = matchMedia("(pointer: coarse)").matches;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && !touch) {
      event.preventDefault();
      this.send();
    } else if (event.key === "Escape" && (this.replying || this.editing)) {
      event.stopPropagation();
      this.drop();
    } else if (event.key === "ArrowUp" && !this.field.value && !this.editing) {
      const own = [...this.view.list.all].reverse().find((one) => this.view.isMine(one) && one.kind === "text" && !one.via_bot);
      if (own) { event.preventDefault(); this.edit(own); }
    }
  }

  // Where the next message goes and what it answers.
  place() {
    const { message_id: id } = this.replying ?? {};
    return { ...this.view.acting(), ...this.view.where(), ...(id ? { reply_to: id } : {}) };
  }

  send() {
    const text = this.field.value.trim();
    if (this.editing) return this.sendEdit(text);
    if (!text) return undefined;
    const place = { ...this.place(), ...(this.replying && this.quote ? { quote: this.quote } : {}) };
    this.field.value = "";
    this.replying = null;
    this.drawAbout();
    this.typed();
    this.suggestions.close();
    return this.say(text, place);
  }

  async sendEdit(text) {
    const message = this.editing;
    if (!text && message.kind === "text") { this.view.remove(message); return; }
    if (text === (message.text ?? message.caption ?? "")) { this.drop(); return; }
    const most = message.kind === "text" ? LIMIT : CAPTION;
    if (text.length > most) { toast(t("chat.too_long", { count: text.length - most }), { wrong: true }); return; }
    const asked = await this.view.do("edit", { message: message.message_id, text });
    if (asked && this.editing === message) this.drop();
  }

  // One message after the other, in the order in which they were written.
  say(text, place = this.place()) {
    this.queue = this.queue.then(async () => {
      try {
        for (const [index, part] of [...cut(text)].entries()) await act("say", { ...place, ...(index ? { reply_to: undefined, quote: undefined } : {}), text: part });
      } catch (error) {
        refuse(error);
        if (!this.field.value) this.fill(text);
      }
    });
    return this.queue;
  }

  async chooseInline(query, result) {
    const place = this.place();
    this.fill("");
    this.drop();
    try {
      await act("inline_choose", { ...place, query, result });
    } catch (error) {
      refuse(error);
    }
  }

  askInline(text) {
    return post("/control/do", { action: "inline_ask", ...this.view.acting(), text });
  }

  acceptDropsOn(element) {
    this.attach.acceptDropsOn(element);
  }
}
