// Writing with bold, italics, lists and links; what comes out is a handful of plain elements and nothing else.

import { add, h } from "../dom.js";
import { t } from "../words.js";

const KEPT = new Set(["B", "STRONG", "I", "EM", "U", "S", "UL", "OL", "LI", "A", "BR", "P", "DIV", "BLOCKQUOTE", "CODE", "PRE"]);

// The words of `html` as elements of our own making; whatever is not in the list above leaves its words only.
export function rebuilt(html) {
  const inert = new DOMParser().parseFromString(html, "text/html"); // runs nothing and fetches nothing
  return [...inert.body.childNodes].flatMap(copy);
}

function copy(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.data)];
  if (node.nodeType !== Node.ELEMENT_NODE || ["SCRIPT", "STYLE"].includes(node.tagName)) return [];
  const inside = [...node.childNodes].flatMap(copy);
  if (!KEPT.has(node.tagName)) return inside;
  const element = document.createElement(node.tagName);
  const href = node.getAttribute("href") ?? "";
  if (node.tagName === "A" && /^(https?:|mailto:)/i.test(href)) element.setAttribute("href", href);
  return [add(element, inside)];
}

// Plain words as elements: a line each, the quote set off.
export function fromText(text) {
  const pieces = []; // lines, or lists of lines that are quoted
  for (const line of text.split("\n")) {
    const before = pieces.at(-1);
    const words = line.replace(/^> ?/, "");
    if (!line.startsWith(">")) pieces.push(line);
    else if (Array.isArray(before)) before.push(words);
    else pieces.push([words]);
  }
  return pieces.map((one) => Array.isArray(one)
    ? h("blockquote", {}, fromText(one.join("\n")))
    : h("div", {}, one === "" ? h("br") : one));
}

const BLOCKS = new Set(["DIV", "P", "UL", "OL", "LI", "BLOCKQUOTE", "PRE"]);

// The same words for programs that show no HTML: quotes behind ">", a dash or a number before what is listed.
export function plain(nodes) {
  let said = "";
  [...nodes].forEach((node, at) => {
    if (node.nodeType === Node.TEXT_NODE) said += node.data;
    if (node.nodeType !== Node.ELEMENT_NODE) return;
    if (node.tagName === "BR") { said += "\n"; return; }
    const inside = plain(node.childNodes);
    const href = node.getAttribute("href");
    if (!BLOCKS.has(node.tagName)) { said += href && href !== inside ? `${inside} <${href}>` : inside; return; }
    if (said && !said.endsWith("\n")) said += "\n";
    said += `${marked(node, inside.replace(/\n$/, ""), at)}\n`;
  });
  return said;
}

function marked(node, inside, at) {
  if (node.tagName === "LI") return `${node.parentElement.tagName === "OL" ? `${at + 1}.` : "-"} ${inside}`;
  return node.tagName === "BLOCKQUOTE" ? inside.split("\n").map((line) => (/^(>|$)/.test(line) ? `>${line}` : `> ${line}`)).join("\n") : inside;
}

export class Rich {
  constructor({ changed }) {
    this.field = h("div", { class: "mail-rich", contentEditable: "true", role: "textbox", tabIndex: 0, oninput: changed });
    this.field.setAttribute("aria-multiline", "true");
    // Foreign markup stays outside: it would fetch its pictures here and now.
    this.field.addEventListener("paste", (event) => {
      if (event.clipboardData.files.length) return;
      event.preventDefault();
      document.execCommand("insertText", false, event.clipboardData.getData("text/plain"));
    });
    this.field.addEventListener("drop", (event) => event.preventDefault());
    this.tools = h("div", { class: "mail-rich-tools", role: "toolbar" });
    this.element = h("div", { class: "mail-rich-place" }, this.tools, this.field);
    this.dress();
  }

  dress() {
    this.field.setAttribute("aria-label", t("mail.text"));
    this.tools.setAttribute("aria-label", t("mail.tools"));
    const tool = (sign, label, run, style) => h("button", {
      type: "button", class: "icon", title: label, "aria-label": label, onmousedown: (event) => event.preventDefault(), onclick: () => { this.field.focus(); run(); },
    }, h(style, {}, sign));
    const command = (name) => () => document.execCommand(name);
    this.tools.replaceChildren(
      tool("B", t("mail.bold"), command("bold"), "b"), tool("I", t("mail.italic"), command("italic"), "i"),
      tool("•", t("mail.bullets"), command("insertUnorderedList"), "span"),
      tool("1.", t("mail.numbers"), command("insertOrderedList"), "span"),
      tool("🔗", t("mail.link"), () => this.link(), "span"),
    );
  }

  link() {
    const chosen = getSelection().toString();
    const range = getSelection().rangeCount ? getSelection().getRangeAt(0).cloneRange() : null;
    const input = h("input", { type: "url", required: true, value: /^https?:/.test(chosen) ? chosen : "https://", id: "mail-link" });
    const dialog = h("dialog", { class: "mail-dialog", "aria-labelledby": "mail-link-title" },
      h("form", { onsubmit: (event) => { event.preventDefault(); if (input.checkValidity()) dialog.close("yes"); } },
        h("h2", { id: "mail-link-title" }, t("mail.link")),
        h("label", { class: "mail-field" }, h("span", {}, t("mail.link_address")), input),
        h("footer", {}, h("button", { type: "button", onclick: () => dialog.close() }, t("mail.cancel")), h("button", { class: "primary" }, t("mail.insert")))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      this.field.focus();
      if (dialog.returnValue !== "yes") return;
      if (range) { getSelection().removeAllRanges(); getSelection().addRange(range); }
      if (chosen) document.execCommand("createLink", false, input.value);
      else document.execCommand("insertText", false, input.value);
    });
    document.body.append(dialog);
    dialog.showModal();
  }

  set(nodes) { this.field.replaceChildren(...nodes); }

  get html() {
    const holder = h("div");
    holder.append(...rebuilt(this.field.innerHTML));
    return holder.innerHTML;
  }

  get text() {
    return plain(this.field.childNodes).replace(/\u00a0/g, " ").trim();
  }
}
