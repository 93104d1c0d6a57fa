// The files of a letter: chosen, dropped or pasted, each with its size and a way to take it off again.

import { fill, h, icon, iconButton, toast } from "../dom.js";
import { bytes, t } from "../words.js";

const MOST = 45_000_000; // bytes that the page carries to the server; the mail server has its own opinion below that

export class Files {
  constructor({ changed }) {
    this.files = [];
    this.changed = changed;
    this.input = h("input", { type: "file", multiple: true, hidden: true, onchange: () => { this.take(this.input.files); this.input.value = ""; } });
    this.list = h("ul", { class: "mail-files" });
    this.element = h("div", {}, this.input, this.list);
  }

  set(files) {
    this.files = files;
    this.draw();
  }

  choose() { this.input.click(); }

  take(list) {
    for (const file of list) {
      if (this.total + file.size > MOST) toast(t("mail.too_big", { name: file.name, most: bytes(MOST) }), { wrong: true });
      else this.files.push(file);
    }
    this.draw();
    this.changed();
  }

  get total() { return this.files.reduce((sum, one) => sum + one.size, 0); }

  draw() {
    this.list.setAttribute("aria-label", t("mail.attachments"));
    this.list.hidden = !this.files.length;
    fill(this.list, this.files.map((file, at) => h("li", {}, h("span", { class: "mail-file" },
      icon("attach", { size: 16 }), h("span", {}, file.name), h("span", { class: "soft" }, bytes(file.size)),
      iconButton("close", t("mail.take_off", { name: file.name }), () => {
        this.files.splice(at, 1);
        this.draw();
        this.changed();
      })))));
  }

  // Dropped on `element` or pasted into it; the page tells that it may be.
  watch(element) {
    const over = (event) => [...event.dataTransfer.types].includes("Files");
    element.addEventListener("dragover", (event) => { if (over(event)) { event.preventDefault(); element.classList.add("dropping"); } });
    element.addEventListener("dragleave", (event) => { if (!element.contains(event.relatedTarget)) element.classList.remove("dropping"); });
    element.addEventListener("drop", (event) => {
      element.classList.remove("dropping");
      if (!over(event)) return;
      event.preventDefault();
      this.take(event.dataTransfer.files);
    });
    element.addEventListener("paste", (event) => {
      if (!event.clipboardData.files.length) return;
      event.preventDefault();
      this.take(event.clipboardData.files);
    });
  }
}
