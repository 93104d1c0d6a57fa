// A conversation: its mails one under the other, opened ones in full, each with what can be done about it.

import { fill, h, icon, iconButton, toast } from "../dom.js";
import { bytes, currentLanguage, fullTime, t } from "../words.js";
import { forward, reply } from "./answers.js";
import { looks, words } from "./body.js";
import { when } from "./list.js";
import { menuButton } from "./menu.js";
import { openRaw } from "./raw.js";
import { showSource } from "./source.js";
import { discard, fullName, mail, mark, move, personName, read as fetched, readOnly, refresh, url } from "./store.js";

const AT_ONCE = 4; // unread mails of one conversation that are opened with it

const nameOf = ({ folder, uid }) => `${folder} ${uid}`;

export class View {
  constructor({ back, write }) {
    this.back = back;
    this.write = write;
    this.letters = new Map();
    this.title = h("h3", { class: "mail-title", tabIndex: -1 });
    this.bar = h("div", { class: "mail-bar" });
    this.scroll = h("div", { class: "mail-scroll" });
    this.element = h("div", { class: "mail-screen mail-view" }, this.bar, this.scroll);
    this.element.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.defaultPrevented) back(); });
  }

  // The newest mail is opened, and those that nobody has read yet.
  show(conversation) {
    this.empty();
    this.place = { address: mail.address, folder: mail.folder, search: mail.search };
    this.conversation = conversation;
    const last = conversation.mails.findLast((one) => one.folder === mail.folder) ?? conversation.mails.at(-1);
    const unread = conversation.mails.filter((one) => one.unread).slice(-AT_ONCE);
    this.opened = new Set([...unread, last].map(nameOf));
    this.draw();
    const first = this.letters.get(nameOf(unread[0] ?? last));
    if (conversation.mails.length > 1) first?.element.scrollIntoView({ block: "start" });
  }

  // What has come to the conversation since, or gone from it. False when nothing of it is left here.
  renew() {
    if (mail.address !== this.place.address || !mail.list || mail.folder !== this.place.folder) return true;
    const known = new Set(this.conversation.mails.map(nameOf));
    const found = mail.list.conversations.find((one) => one.mails.some((each) => known.has(nameOf(each))));
    if (!found) return Boolean(mail.search);
    this.conversation = found;
    this.draw();
    return true;
  }

  date() {
    for (const letter of this.letters.values()) letter.drawHead();
  }

  redraw() {
    this.empty();
    this.draw();
  }

  empty() {
    this.letters.clear();
    this.scroll.replaceChildren();
  }

  draw() {
    const { mails } = this.conversation;
    const focused = this.bar.contains(document.activeElement);
    this.title.textContent = mails[0].subject || t("mail.no_subject");
    if (!focused || this.barLanguage !== currentLanguage()) {
      this.barLanguage = currentLanguage();
      fill(this.bar, iconButton("back", t("mail.back"), () => this.back(), { class: "icon mail-back" }), this.title);
    }
    const left = new Set(mails.map(nameOf));
    for (const [name, letter] of this.letters) if (!left.has(name)) { letter.element.remove(); this.letters.delete(name); }
    mails.forEach((one, at) => {
      const name = nameOf(one);
      if (!this.letters.has(name)) {
        this.letters.set(name, new Letter(one, this));
        this.scroll.insertBefore(this.letters.get(name).element, this.scroll.children[at] ?? null);
      }
      this.letters.get(name).renew(one);
    });
  }

  async answer(work) {
    try {
      this.write(await work());
    } catch (error) {
      toast(t("mail.not_fetched", { what: error.message }), { wrong: true });
    }
  }

  async remove(one) {
    const result = await discard(one.folder, [one.uid]);
    if (result.away) return void toast(t("mail.away"), { wrong: true });
    toast(t(one.folder === "Trash" ? "mail.deleted" : "mail.binned"));
    refresh();
  }
}

class Letter {
  constructor(one, view) {
    this.one = one;
    this.view = view;
    this.head = h("button", { type: "button", class: "mail-head", onclick: () => this.toggle() });
    this.inside = h("div", { class: "mail-inside" });
    this.element = h("article", { class: "mail-letter" }, h("h4", {}, this.head), this.inside);
    this.drawHead();
    if (view.opened.has(nameOf(one))) this.open();
  }

  get isOpen() { return this.view.opened.has(nameOf(this.one)); }

  renew(one) {
    const same = one.unread === this.one.unread;
    this.one = one;
    if (!same) this.drawHead();
  }

  drawHead() {
    const { one } = this;
    const sender = one.from[0];
    this.element.classList.toggle("open", this.isOpen);
    this.head.classList.toggle("unread", one.unread);
    this.head.setAttribute("aria-expanded", String(this.isOpen));
    fill(this.head,
      h("span", { class: "mail-line" },
        one.unread ? h("span", { class: "mail-dot" }, h("span", { class: "hidden-words" }, t("mail.unread"))) : null,
        h("span", { class: "mail-who" }, sender ? personName(sender) : t("mail.nobody"),
          this.isOpen && sender?.name ? h("span", { class: "mail-address" }, ` <${sender.address}>`) : null),
        one.automatic ? h("span", { class: "mail-chip" }, t("mail.automatic")) : null,
        h("time", { class: "mail-when", dateTime: one.at, title: fullTime(one.at) }, when(one.at))),
      this.isOpen ? null : h("span", { class: "mail-beginning" }, one.beginning));
  }

  async toggle() {
    const { opened } = this.view;
    if (this.isOpen) {
      opened.delete(nameOf(this.one));
      this.inside.replaceChildren();
      this.drawHead();
    } else {
      opened.add(nameOf(this.one));
      this.drawHead();
      await this.open();
      this.element.scrollIntoView({ block: "nearest" });
    }
  }

  async open() {
    fill(this.inside, h("p", { class: "soft" }, t("mail.loading")));
    try {
      const read = await fetched(this.one);
      if (!this.isOpen) return;
      if (read.away) return void fill(this.inside, h("p", { class: "soft" }, t("mail.away")), this.again());
      this.read = read;
      fill(this.inside, this.whole(read));
      if (read.unread && !readOnly()) await mark(read.folder, [read.uid], true);
    } catch (error) {
      fill(this.inside, h("p", { class: "soft" }, t("mail.not_fetched", { what: error.message })), this.again());
    }
  }

  again() {
    return h("button", { type: "button", onclick: () => this.open() }, t("mail.again"));
  }

  whole(read) {
    const body = h("div", { class: "mail-body" });
    const show = (asHtml) => fill(body, asHtml
      ? looks(url("html", { folder: read.folder, uid: read.uid }), t("mail.html_of", { subject: read.subject }))
      : words(read.text));
    show(read.html);
    return [
      this.headers(read, read.html && read.plain ? this.kinds(show) : null),
      read.remote ? h("p", { class: "mail-told" }, t("mail.remote", { count: read.remote })) : null,
      body,
      this.attachments(read),
      this.deeds(read),
    ];
  }

  headers(read, kinds) {
    const rows = [["to", read.to], ["cc", read.cc], ["reply_to", read.reply_to]].filter(([, people]) => people.length);
    return h("div", { class: "mail-headers" },
      h("dl", {}, rows.map(([name, people]) => [h("dt", {}, `${t(`mail.${name}`)}:`), h("dd", {}, people.map(fullName).join(", "))])),
      h("details", {}, h("summary", {}, t("mail.all_headers")),
        h("dl", { class: "mail-all" }, read.headers.map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]))), kinds);
  }

  kinds(show) {
    const make = (asHtml, label) => h("button", { type: "button", "aria-pressed": String(asHtml), onclick: (event) => {
      show(asHtml);
      for (const one of event.target.parentElement.children) one.setAttribute("aria-pressed", String(one === event.target));
    } }, label);
    return h("div", { class: "mail-kinds", role: "group", "aria-label": t("mail.kinds") }, make(true, "HTML"), make(false, t("mail.plain")));
  }

  attachments(read) {
    if (!read.attachments.length) return null;
    return h("ul", { class: "mail-files", "aria-label": t("mail.attachments") }, read.attachments.map(({ part, name, size, picture }) => {
      const address = url("part", { folder: read.folder, uid: read.uid, part });
      return h("li", {}, h("a", { href: `${address}&download`, download: name },
        picture ? h("img", { src: address, alt: "", loading: "lazy" }) : icon("attach", { size: 16 }),
        h("span", {}, name), h("span", { class: "soft" }, bytes(size))));
    }));
  }

  deeds(read) {
    const { view } = this;
    const source = h("button", { type: "button", onclick: () => showSource(read) }, t("mail.source"));
    if (readOnly()) return h("div", { class: "mail-deeds" }, source);
    const others = [...read.to, ...read.cc].filter((one) => one.address.toLowerCase() !== mail.address).length > (read.from[0]?.address === mail.address ? 1 : 0);
    return h("div", { class: "mail-deeds" },
      h("button", { type: "button", class: "primary", onclick: () => view.write(reply(read)) }, t("mail.reply")),
      others ? h("button", { type: "button", onclick: () => view.write(reply(read, { all: true })) }, t("mail.reply_all")) : null,
      h("button", { type: "button", onclick: () => view.answer(() => forward(read)) }, t("mail.forward")),
      source,
      iconButton("trash", t(read.folder === "Trash" ? "mail.delete_for_good" : "mail.delete"), () => view.remove(this.one)),
      menuButton("more", t("mail.more_deeds"), () => [
        { label: t("mail.reply_below"), run: () => view.write(reply(read, { below: true })) },
        { label: t("mail.make_unread"), run: async () => { await mark(read.folder, [read.uid], false); view.back(); } },
        read.folder === "Trash" ? { label: t("mail.restore"), run: async () => { await move("Trash", [read.uid], "INBOX"); refresh(); } } : null,
        { label: t("mail.template_autoreply"), run: () => openRaw({ kind: "autoreply", about: this.one }) },
        { label: t("mail.template_bounce"), run: () => openRaw({ kind: "bounce", about: this.one }) },
      ]));
  }
}
