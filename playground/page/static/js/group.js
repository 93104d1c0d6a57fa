// The engineers' group: its topics, the conversation in one of them, and who one is there.

import { ChatView } from "./chat/view.js";
import { fill, h, iconButton, toast } from "./dom.js";
import { CardBar } from "./group/card.js";
import { createTopic, topicMenu } from "./group/deeds.js";
import { Foot } from "./group/foot.js";
import { Going } from "./group/going.js";
import { here, inside, manages, me, onHere, open, openTopic, topics, useGroup } from "./group/here.js";
import { TopicList } from "./group/list.js";
import { learn, topicIcon, topicName } from "./group/looks.js";
import { Identity, membersButton } from "./group/members.js";
import { Rebuilding } from "./group/rebuilding.js";
import { welcome } from "./group/welcome.js";
import { news, show as showPane } from "./layout.js";
import { emit, on, state } from "./world.js";
import { onLanguage, t } from "./words.js";

export function mount(root) {
  const pane = new GroupPane(root);
  pane.draw();
  learn().then(() => pane.draw(), () => toast(t("group.no_looks"), { wrong: true }));
}

class GroupPane {
  constructor(root) {
    this.root = root;
    this.title = h("h2");
    this.count = h("small", { class: "soft" });
    this.groups = h("select", { class: "which-group", hidden: true, onchange: () => useGroup(Number(this.groups.value)) });
    this.identity = new Identity();
    this.tools = h("div", { class: "tools" });
    this.list = new TopicList({ open: (thread) => this.go(thread), menu: topicMenu });
    this.head = h("header", { class: "topic-head" });
    this.foot = new Foot({ view: () => this.view, where: () => this.where(), bot: state.bot.username.toLowerCase() });
    const acting = () => ({ person: me()?.id, group: here()?.id });
    this.going = new Going({ where: () => this.where(), acting });
    this.view = new ChatView({
      acting,
      label: () => t("group.conversation", { name: this.name() }),
      many: true,
      foot: h("div", { class: "under" }, this.going.element, this.foot.element),
      onCompose: (composed) => this.foot.compose(composed),
      why: () => this.why(),
      empty: () => welcome(openTopic(), topics().length > 1),
    });
    this.rebuilding = new Rebuilding((thread) => this.go(thread));
    this.card = new CardBar((id) => this.view.jump(id));
    this.talk = h("div", { class: "talk" }, this.head, this.card.element, this.rebuilding.element, this.view.element);
    this.body = h("div", { class: "group-body" }, this.list.element, this.talk);
    root.append(h("header", {}, h("div", { class: "group-title" }, this.title, this.count), this.groups, this.identity.element, this.tools), this.body);
    this.listen();
  }

  listen() {
    onHere((what) => { if (what === "me") this.view.refresh(); this.draw(); });
    onLanguage(() => { this.head.dataset.key = ""; this.draw(); });
    on(["message", "deleted", "read", "topic", "edited"], (event) => this.heard(event));
    on(["member", "group", "person"], () => this.changed());
    on("reaction", ({ chat }) => { if (chat === here()?.id) this.going.draw(); });
    on("clock", () => this.going.draw());
    on("open-topic", (event) => this.comeTo(event));
  }

  // Bubbles say what is one's own: they are drawn anew only when one has become somebody else.
  changed() {
    if (this.seenBy !== me()?.id) this.view.refresh();
    this.draw();
  }

  heard(event) {
    const group = here();
    if (event.chat !== group?.id) return;
    this.list.soon();
    if (event.kind === "message" && event.message?.from?.id !== me()?.id) news("group");
    if (event.topics || event.kind === "topic") { this.rebuilding.look(); this.draw(); }
    if (event.message) { this.foot.draw(); this.going.draw(); this.card.draw(group.id, openTopic()); }
  }

  name() {
    const topic = topics().find((one) => one.message_thread_id === openTopic());
    return topic ? topicName(topic) : "";
  }

  where() {
    return { chat: here()?.id, thread: openTopic() };
  }

  why() {
    const topic = topics().find((one) => one.message_thread_id === openTopic());
    if (!me()) return t("group.nobody_here");
    if (topic?.closed && !manages(topic)) return t("group.shut_for_you");
    return null;
  }

  go(thread) {
    this.root.dataset.talking = "true"; // in a narrow pane the conversation takes the place of the list
    open(thread);
    this.draw();
    emit("shown", this.where());
  }

  // Another pane's «open in the group».
  comeTo({ chat, topic, message }) {
    if (chat) useGroup((state.groups.find((one) => one.id === chat || one.before.includes(chat)) ?? here())?.id);
    showPane("group");
    if (!topics().some((one) => one.message_thread_id === topic)) return void toast(t("group.topic_gone"), { wrong: true });
    this.go(topic);
    if (message) this.view.jump(message);
  }

  draw() {
    const group = here();
    if (!group) return;
    const count = group.members.filter((one) => inside(one) && !one.user.is_bot).length;
    fill(this.title, group.title);
    fill(this.count, t("group.members", { count }));
    this.groups.hidden = state.groups.length < 2;
    this.groups.setAttribute("aria-label", t("group.which_group"));
    fill(this.groups, state.groups.map((one) => h("option", { value: one.id, selected: one === group }, one.title)));
    this.identity.draw();
    this.drawTools();
    this.list.draw();
    this.drawHead();
    const { chat, thread } = this.where();
    this.seenBy = me()?.id;
    if (this.view.shown?.chat !== chat || this.view.shown?.thread !== thread) this.view.show({ chat, thread });
    else this.view.around();
    this.rebuilding.draw();
    this.card.draw(chat, thread);
    this.foot.draw();
    this.going.draw();
  }

  drawTools() {
    const key = `${manages()}${t("group.new_topic")}`;
    if (this.tools.dataset.key === key) return;
    this.tools.dataset.key = key;
    fill(this.tools, manages() ? iconButton("plus", t("group.new_topic"), () => createTopic((thread) => this.go(thread))) : null, membersButton());
  }

  drawHead() {
    const topic = topics().find((one) => one.message_thread_id === openTopic());
    const key = JSON.stringify([topic, manages(topic), me()?.id]);
    if (!topic || this.head.dataset.key === key) return;
    const focused = this.head.contains(document.activeElement) ? document.activeElement.className : null;
    this.head.dataset.key = key;
    const general = topic.message_thread_id === 1;
    fill(this.head,
      iconButton("back", t("group.to_list"), () => this.back(), { className: "icon back" }),
      topicIcon(topic),
      h("div", { class: "topic-title" }, h("h3", { dir: "auto" }, topicName(topic)), topic.closed ? h("small", { class: "soft" }, t("group.is_closed")) : null),
      general ? null : iconButton("more", t("group.topic_menu"), (event) => topicMenu(topic, event.currentTarget), { className: "icon deeds", "aria-haspopup": "menu" }));
    // Its menu is gone with a topic that was deleted.
    if (focused) [this.head.querySelector(`.${focused.split(" ").join(".")}`), this.head.querySelector(".back"), this.list.current()].find((one) => one?.checkVisibility())?.focus();
  }

  back() {
    delete this.root.dataset.talking;
    this.list.current()?.focus();
  }
}

