// Writing a letter: to whom, about what, in plain words or with looks, with files. Nothing written is ever lost here.

import { base64, post } from "../api.js";
import { fill, h, icon, iconButton, toast } from "../dom.js";
import { t } from "../words.js";
import { turned } from "./answers.js";
import * as drafts from "./drafts.js";
import { Files } from "./files.js";
import { menuButton } from "./menu.js";
import { openRaw } from "./raw.js";
import { said } from "./refusals.js";
import { fromText, rebuilt, Rich } from "./rich.js";
import { fullName, mail, refresh } from "./store.js";

export class Composer {
  constructor({ done }) {
    this.done = done;
    this.draft = null;
    const field = (name, props = {}) => h("input", { id: `mail-${name}`, autocomplete: "off", oninput: () => this.changed(), ...props });
    this.from = h("output", { id: "mail-from" });
    this.to = field("to", { inputMode: "email", list: "mail-known" });
    this.cc = field("cc", { inputMode: "email", list: "mail-known" });
    this.subject = field("subject", { maxLength: 900 });
    this.text = h("textarea", { id: "mail-text", class: "mail-plain", rows: 4, oninput: () => { this.fit(); this.changed(); } });
    this.rich = new Rich({ changed: () => this.changed() });
    this.files = new Files({ changed: () => this.changed() });
    this.wrong = h("div", { class: "mail-wrong", role: "alert" });
    this.known = h("datalist", { id: "mail-known" });
    this.element = h("form", { class: "mail-screen mail-composer", noValidate: true, onsubmit: (event) => { event.preventDefault(); this.send(); } });
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); this.send(); }
    });
    this.files.watch(this.element);
    this.dress();
  }

  dress() {
    const row = (name, input) => h("div", { class: "mail-field" }, h("label", { htmlFor: input.id }, t(`mail.${name}`)), input);
    this.text.setAttribute("aria-label", t("mail.text"));
    this.text.placeholder = t("mail.text");
    this.rich.dress();
    this.files.draw();
    this.sending = h("button", { class: "primary", type: "submit" }, icon("send", { size: 16 }), ` ${t("mail.send")}`);
    this.asHtml = h("button", { type: "button", "aria-pressed": "false", title: t("mail.html_hint"), onclick: () => this.turn() }, "HTML");
    fill(this.element,
      h("div", { class: "mail-bar" },
        iconButton("back", t("mail.back"), () => this.leave(), { class: "icon mail-back" }),
        h("h3", { class: "mail-title", tabIndex: -1 }, t("mail.new"))),
      this.sheet = h("div", { class: "mail-scroll mail-sheet" },
        this.wrong, row("from", this.from), row("to", this.to), row("cc", this.cc), row("subject", this.subject), this.known,
        this.files.element, this.text, this.rich.element),
      h("div", { class: "mail-foot" },
        this.sending, this.asHtml, iconButton("attach", t("mail.attach"), () => this.files.choose()),
        h("span", { class: "mail-gap" }),
        iconButton("trash", t("mail.discard"), () => this.discard()),
        menuButton("more", t("mail.more_writing"), () => [
          this.draft.quote ? { label: t("mail.turn_quote"), run: () => this.turnQuote() } : null,
          ...["autoreply", "bounce", "windows1251"].map((kind) => ({ label: t(`mail.template_${kind}`), run: () => openRaw({ kind, about: this.draft.about }) })),
          { label: t("mail.raw"), run: () => openRaw({}) },
        ])));
    if (this.draft) this.showKind();
  }

  show(draft) {
    this.draft = draft;
    const own = mail.boxes.find((one) => one.address === draft.address);
    this.from.textContent = own ? fullName(own) : draft.address;
    fill(this.known, mail.boxes.filter((one) => one !== own).map((one) => h("option", { value: fullName(one) })));
    for (const name of ["to", "cc", "subject", "text"]) this[name].value = draft[name];
    this.rich.set(draft.rich ? rebuilt(draft.html) : []);
    this.files.set(draft.files);
    this.wrong.replaceChildren();
    this.busy(false);
    this.showKind();
  }

  // Where one begins to write: what is still empty.
  begin() {
    const first = !this.to.value ? this.to : !this.subject.value ? this.subject : this.draft.rich ? this.rich.field : this.text;
    first.focus();
    if (first === this.text) {
      const at = this.draft.below ? this.text.value.length : 0;
      this.text.setSelectionRange(at, at);
      this.sheet.scrollTop = at ? this.sheet.scrollHeight : 0;
    }
  }

  showKind() {
    const { rich } = this.draft;
    this.text.hidden = rich;
    this.rich.element.hidden = !rich;
    this.asHtml.setAttribute("aria-pressed", String(rich));
    this.fit();
  }

  // As high as what is written, so that one thing scrolls and not two.
  fit() {
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight}px`;
  }

  // Between plain words and looks; the words stay.
  turn() {
    this.take();
    const { draft } = this;
    if (draft.rich) this.text.value = draft.text;
    else this.rich.set(fromText(draft.text));
    draft.rich = !draft.rich;
    this.showKind();
    this.changed();
    (draft.rich ? this.rich.field : this.text).focus();
  }

  turnQuote() {
    this.take();
    this.draft.text = turned(this.draft);
    if (this.draft.rich) this.rich.set(fromText(this.draft.text));
    this.text.value = this.draft.text;
    this.fit();
    this.changed();
  }

  take() {
    const { draft } = this;
    for (const name of ["to", "cc", "subject"]) draft[name] = this[name].value;
    draft.text = draft.rich ? this.rich.text : this.text.value;
    draft.html = draft.rich ? this.rich.html : "";
    draft.files = this.files.files;
  }

  changed() {
    this.take();
    drafts.keep(this.draft);
  }

  leave() {
    const kept = drafts.all(this.draft.address).includes(this.draft);
    if (kept) toast(t("mail.draft_kept"));
    this.done();
  }

  discard() {
    drafts.drop(this.draft);
    this.done();
  }

  busy(yes) {
    this.sending.disabled = yes;
    this.sending.lastChild.textContent = ` ${t(yes ? "mail.sending" : "mail.send")}`;
  }

  tell(...words) {
    fill(this.wrong, words);
    this.wrong.scrollIntoView({ block: "nearest" });
  }

  async send() {
    if (this.sending.disabled) return;
    this.take();
    const { draft } = this;
    this.wrong.replaceChildren();
    if (!draft.subject.trim() && !draft.text.trim() && !draft.files.length) return void this.tell(h("p", {}, t("mail.nothing_written")));
    this.busy(true);
    try {
      const attachments = await Promise.all(draft.files.map(async (file) => ({ name: file.name, type: file.type, data: await base64(file) })));
      const result = await post("/api/mail/send", {
        from: draft.address, to: draft.to, cc: draft.cc, subject: draft.subject, text: draft.text, html: draft.rich ? draft.html : null,
        attachments, in_reply_to: draft.in_reply_to, references: draft.references, message_id: draft.message_id,
      });
      draft.message_id = result.message_id ?? draft.message_id; // tried again it is the same letter
      if (result.sent) this.gone(draft, result);
      else this.stays(draft, said(result));
    } catch (error) {
      this.stays(draft, [h("p", {}, error instanceof TypeError ? t("mail.no_page") : t("mail.not_sent", { what: error.message }))]);
    }
  }

  gone(draft, result) {
    drafts.drop(draft);
    toast(result.refused.length ? t("mail.sent_but", { who: result.refused.map((one) => one.said).join("; ") }) : t("mail.sent"), { wrong: result.refused.length > 0 });
    refresh();
    if (this.draft === draft) { this.busy(false); this.done(); }
  }

  stays(draft, words) {
    drafts.keep(draft);
    if (this.draft !== draft) return;
    this.busy(false);
    this.tell(words);
  }
}
