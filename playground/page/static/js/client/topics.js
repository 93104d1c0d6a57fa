// The topics of a client's chat with the bot, where the bot has them: «All», each topic, a new one.

import { act } from "../api.js";
import { fill, fresh, h, icon } from "../dom.js";
import { topicOf } from "../world.js";
import { currentLanguage, t } from "../words.js";
import { heard } from "../chat/heard.js";
import { form, sure } from "../chat/dialogs.js";
import { refuse } from "../chat/refusals.js";
import { openMenu } from "../chat/menu.js";
import { unread } from "../chat/unread.js";

export class Topics {
  // `owner()` is the person; `pick(thread)` shows a topic, null all of them.
  constructor(owner, pick) {
    Object.assign(this, { owner, pick, chosen: null });
    this.element = h("nav", { class: "topics", hidden: true });
  }

  draw() {
    const one = this.owner();
    this.element.hidden = !one.is_forum;
    this.element.setAttribute("aria-label", t("chat.topics"));
    if (!one.is_forum) return;
    const focused = this.element.contains(document.activeElement) ? document.activeElement.dataset.thread : undefined;
    const living = one.topics.filter((topic) => !topic.deleted && topic.message_thread_id !== 1);
    if (this.chosen !== null && !living.some((topic) => topic.message_thread_id === this.chosen)) { this.choose(null); return; }
    const counts = new Map(living.map(({ message_thread_id: id }) => [id, id === this.chosen ? 0 : unread(one.id, one.chat, id)]));
    if (!fresh(this.element, currentLanguage(), one.id, this.chosen, living.map((topic) => [topic.message_thread_id, topic.name, topic.icon_color]), [...counts.values()])) return;
    const tab = (thread, name, colour) => {
      const count = counts.get(thread);
      return h("button", { type: "button", dataset: { thread: String(thread) }, "aria-current": String(thread === this.chosen), onclick: () => this.choose(thread),
        oncontextmenu: (event) => { if (thread) { event.preventDefault(); this.menu(event.currentTarget, thread, name); } },
        onkeydown: (event) => { if (thread && event.key === "Delete") this.remove(thread); } },
      colour === undefined ? null : h("span", { class: "mark", style: `background: #${colour.toString(16).padStart(6, "0")}` }), name, count && thread !== null ? h("span", { class: "count" }, count) : null);
    };
    fill(this.element, tab(null, t("chat.all_topics")), living.map((topic) => tab(topic.message_thread_id, topic.name, topic.icon_color)),
      h("button", { type: "button", dataset: { thread: "new" }, onclick: () => this.create() }, icon("plus", { size: 16 }), t("chat.new_topic")),
      this.chosen === null ? null : h("button", { type: "button", dataset: { thread: "delete" }, class: "danger", onclick: () => this.remove(this.chosen), "aria-label": t("chat.delete_topic", { name: living.find((topic) => topic.message_thread_id === this.chosen)?.name }) }, icon("trash", { size: 16 })));
    if (focused) this.element.querySelector(`[data-thread="${focused}"]`)?.focus({ preventScroll: true });
  }

  choose(thread) {
    this.chosen = thread;
    this.pick(thread);
    this.draw();
  }

  menu(anchor, thread, name) {
    openMenu(anchor, { items: [{ label: t("chat.delete_topic", { name }), icon: "trash", danger: true, run: () => this.remove(thread) }] });
  }

  async create() {
    const values = await form(t("chat.new_topic"), [{ name: "name", label: t("chat.topic_name"), required: true, maxLength: 128 }], t("chat.create"));
    if (!values?.name.trim()) return;
    try {
      const made = await act("create_topic", { person: this.owner().id, name: values.name.trim() });
      const { chat } = this.owner();
      await heard("message", () => topicOf(chat, made.message_thread_id));
      this.choose(made.message_thread_id);
    } catch (error) {
      refuse(error);
    }
  }

  async remove(thread) {
    if (!(await sure(t("chat.delete_topic_sure"), "", t("chat.delete")))) return;
    act("delete_topic", { person: this.owner().id, topic: thread }).catch(refuse);
  }
}
