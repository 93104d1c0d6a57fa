// A mail typed or loaded whole, with an envelope of its own: for the curious, and for mails that desks get wrong.

import { get, post } from "../api.js";
import { fill, h, iconButton, toast } from "../dom.js";
import { currentLanguage, t } from "../words.js";
import { said } from "./refusals.js";
import { mail, query, refresh, support } from "./store.js";

const CHARSETS = ["utf-8", "windows-1251", "koi8-r", "iso-2022-jp", "latin-1"];

export async function openRaw({ kind = null, about = null }) {
  const dialog = new Raw(mail.address);
  dialog.open(kind);
  if (kind) await dialog.fillFrom(kind, about ?? newest());
}

// The newest mail in the inbox is what an absence or a bounce is most likely about.
function newest() {
  const found = mail.list?.conversations.flatMap((one) => one.mails).filter((one) => one.folder === "INBOX") ?? [];
  return found.sort((one, other) => other.uid - one.uid)[0] ?? null;
}

class Raw {
  constructor(address) {
    this.address = address;
    this.sender = h("input", { id: "mail-raw-sender", value: address, placeholder: t("mail.raw_empty"), autocomplete: "off" });
    this.to = h("input", { id: "mail-raw-to", value: support(), autocomplete: "off" });
    this.charset = h("select", { id: "mail-raw-charset" }, CHARSETS.map((one) => h("option", { value: one }, one)));
    this.text = h("textarea", { id: "mail-raw-text", class: "mail-source", rows: 14, spellcheck: false });
    this.wrong = h("div", { class: "mail-wrong", role: "alert" });
    this.file = h("input", { type: "file", accept: ".eml,message/rfc822,text/plain", hidden: true, onchange: () => this.load() });
    this.button = h("button", { class: "primary" }, t("mail.send"));
  }

  open(kind) {
    const row = (name, input) => h("div", { class: "mail-field" }, h("label", { htmlFor: input.id }, t(`mail.${name}`)), input);
    this.dialog = h("dialog", { class: "mail-dialog wide", "aria-labelledby": "mail-raw-title" },
      h("form", { onsubmit: (event) => { event.preventDefault(); this.send(); } },
        h("header", { role: "none" }, h("h2", { id: "mail-raw-title" }, t(kind ? `mail.template_${kind}` : "mail.raw")), iconButton("close", t("mail.close"), () => this.dialog.close())),
        h("p", { class: "soft" }, t(kind ? `mail.about_${kind}` : "mail.about_raw")),
        this.wrong, row("raw_sender", this.sender), row("raw_to", this.to), row("raw_charset", this.charset), row("raw_text", this.text),
        h("footer", {},
          h("button", { type: "button", onclick: () => this.file.click() }, t("mail.load_eml")), this.file,
          h("button", { type: "button", onclick: () => this.dialog.close() }, t("mail.cancel")), this.button)));
    this.dialog.addEventListener("close", () => this.dialog.remove());
    if (!kind) this.text.value = this.example();
    document.body.append(this.dialog);
    this.dialog.showModal();
  }

  example() {
    return `From: ${this.address}\nTo: ${support()}\nSubject: \nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n`;
  }

  async fillFrom(kind, about) {
    try {
      const values = about ? { folder: about.folder, uid: about.uid } : {};
      const template = await get(`/api/mail/template?${query({ kind, language: currentLanguage(), ...values })}`);
      if (template.away) return void fill(this.wrong, t("mail.away"));
      this.text.value = template.text;
      this.sender.value = template.sender;
      this.to.value = template.to;
      this.charset.value = template.charset;
    } catch (error) {
      fill(this.wrong, t("mail.not_fetched", { what: error.message }));
    }
  }

  // The bytes of a file as text in a charset that gives the same bytes back.
  async load() {
    const [file] = this.file.files;
    this.file.value = "";
    if (!file) return;
    const data = await file.arrayBuffer();
    try {
      this.text.value = new TextDecoder("utf-8", { fatal: true }).decode(data);
      this.charset.value = "utf-8";
    } catch {
      this.text.value = new TextDecoder("windows-1251").decode(data);
      this.charset.value = "windows-1251";
    }
  }

  async send() {
    this.button.disabled = true;
    this.wrong.replaceChildren();
    try {
      const result = await post("/api/mail/raw", {
        from: this.address, sender: this.sender.value.trim(), to: this.to.value, text: this.text.value, charset: this.charset.value,
      });
      if (result.sent && !result.refused.length) {
        toast(t("mail.sent"));
        refresh();
        return this.dialog.close();
      }
      fill(this.wrong, said(result));
    } catch (error) {
      fill(this.wrong, error instanceof TypeError ? t("mail.no_page") : t("mail.not_sent", { what: error.message }));
    } finally {
      this.button.disabled = false;
    }
  }
}
