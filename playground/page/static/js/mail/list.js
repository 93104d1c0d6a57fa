// The folder's conversations, newest first, with its drafts above them; a click opens one.

import { fill, h } from "../dom.js";
import { clockTime, dayName, sameDay, t } from "../words.js";
import { now } from "../world.js";
import * as drafts from "./drafts.js";
import { INBOX, look, mail, personName, readOnly, refresh } from "./store.js";

const SIGNS = { INBOX: "inbox", Sent: "sent", Trash: "trash" };

function folderName(folder) {
  return folder.name in SIGNS ? t(`mail.folder_${SIGNS[folder.name]}`) : folder.shown;
}

export class List {
  constructor({ open, write }) {
    this.open = open;
    this.write = write;
    this.folders = h("select", { class: "mail-folder", onchange: () => look({ folder: this.folders.value }) });
    this.search = h("input", { type: "search", class: "mail-search", oninput: () => this.later() });
    this.compose = h("button", { type: "button", class: "primary mail-compose", onclick: () => this.write() });
    this.rows = h("ul", { class: "mail-rows" });
    this.note = h("p", { class: "mail-note soft" });
    this.more = h("button", { type: "button", class: "mail-more", onclick: () => { mail.limit += 100; refresh(); } });
    this.element = h("div", { class: "mail-screen mail-list" },
      h("div", { class: "mail-tools" }, this.folders, this.search, this.compose),
      h("div", { class: "mail-scroll" }, this.rows, this.note, this.more));
  }

  later() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      mail.search = this.search.value.trim();
      refresh();
    }, 200);
  }

  draw() {
    const { list } = mail;
    this.folders.setAttribute("aria-label", t("mail.folder"));
    this.search.setAttribute("aria-label", t("mail.search"));
    this.search.placeholder = t("mail.search_short");
    if (document.activeElement !== this.search) this.search.value = mail.search;
    this.compose.textContent = t("mail.compose");
    this.compose.hidden = readOnly() || !mail.address;
    if (list) this.drawFolders(list.folders);
    const key = this.rows.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const written = mail.folder === INBOX && !mail.search && !readOnly() ? drafts.all(mail.address) : [];
    fill(this.rows, written.map((draft) => this.draftRow(draft)), (list?.conversations ?? []).map((one) => this.row(one)));
    if (key) [...this.rows.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key)?.focus();
    const empty = list && !list.conversations.length && !written.length;
    fill(this.note, list ? (empty ? this.nothing() : null) : mail.away ? null : t("mail.loading"));
    this.more.hidden = !list || list.known >= list.total;
    this.more.textContent = t("mail.more");
  }

  drawFolders(folders) {
    const sign = JSON.stringify(folders) + document.documentElement.lang;
    if (this.drawn !== sign) {
      this.drawn = sign;
      fill(this.folders, folders.map((one) => h("option", { value: one.name },
        one.unread && one.name !== "Trash" ? `${folderName(one)} (${one.unread})` : folderName(one))));
    }
    this.folders.value = mail.folder;
  }

  nothing() {
    if (mail.search) return t("mail.nothing_found", { what: mail.search });
    if (mail.folder !== INBOX) return t("mail.empty_folder");
    if (!readOnly()) return t("mail.empty_inbox");
    const sorted = mail.list.folders.filter((one) => one.name !== INBOX && one.total);
    return sorted.length ? [t("mail.sorted"), sorted.map((one) => h("button", { type: "button", onclick: () => look({ folder: one.name }) }, folderName(one)))] : t("mail.empty_folder");
  }

  row(conversation) {
    const mails = conversation.mails;
    const last = mails.findLast((one) => one.folder === mail.folder) ?? mails.at(-1);
    const unread = conversation.unread > 0;
    const people = who(mails);
    const files = mails.reduce((sum, one) => sum + one.attachments, 0);
    return h("li", {}, h("button", {
      type: "button", class: unread ? "mail-row unread" : "mail-row", dataset: { key: `${last.folder} ${mails[0].uid}` },
      onclick: () => this.open(conversation),
    },
    h("span", { class: "mail-line" },
      unread ? h("span", { class: "mail-dot" }, h("span", { class: "hidden-words" }, t("mail.unread"))) : null,
      h("span", { class: "mail-who" }, people),
      mails.length > 1 ? h("span", { class: "mail-count", title: t("mail.count", { count: mails.length }) }, mails.length) : null,
      files ? h("span", { class: "mail-clip", title: t("mail.files", { count: files }) }, "📎") : null,
      h("time", { class: "mail-when", dateTime: conversation.latest }, when(conversation.latest))),
    h("span", { class: "mail-subject" }, mails[0].subject || t("mail.no_subject")),
    h("span", { class: "mail-beginning" }, last.automatic ? h("em", {}, `${t("mail.automatic_short")} · `) : null, last.beginning)));
  }

  draftRow(draft) {
    return h("li", {}, h("button", {
      type: "button", class: "mail-row draft", dataset: { key: `draft ${draft.id}` }, onclick: () => this.write(draft),
    },
    h("span", { class: "mail-line" }, h("span", { class: "mail-who" }, t("mail.draft")), h("span", { class: "mail-when" }, draft.to)),
    h("span", { class: "mail-subject" }, draft.subject || t("mail.no_subject")),
    h("span", { class: "mail-beginning" }, draft.text.slice(0, 160))));
  }
}

// In a folder of what was sent it is of interest to whom; elsewhere who takes part, oneself as "me".
function who(mails) {
  if (mails.every((one) => one.folder === "Sent")) {
    return `${t("mail.to_whom")} ${mails.at(-1).to.map(personName).join(", ")}`;
  }
  const names = mails.map((one) => {
    const sender = one.from[0];
    if (!sender) return t("mail.nobody");
    return sender.address === mail.address ? t("mail.me") : personName(sender);
  });
  return [...new Set(names)].join(", ");
}

export function when(at) {
  return sameDay(at, now()) ? clockTime(at) : dayName(at).replace(/^[^ ]+,? /, "");
}
