// Words with their entities, made into elements: bold, spoilers, quotations, links.
// Rule: what somebody wrote only ever becomes text nodes; an address is followed only if its scheme is harmless.

import { h } from "../dom.js";
import { t } from "../words.js";

const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const HARMLESS = new Set(["http:", "https:", "tg:", "mailto:", "tel:"]);
const LONG_QUOTE = 160; // characters of an expandable quotation that are worth folding

// `how` has open(url) and command(words); without them nothing can be clicked.
export function words(text, entities = [], how = {}) {
  const ordered = [...entities].sort((one, other) => one.offset - other.offset || other.length - one.length);
  return span(text, 0, text.length, ordered, how);
}

function span(text, from, to, entities, how) {
  const made = [];
  const rest = [...entities];
  let at = from;
  while (rest.length) {
    const entity = rest.shift();
    const start = Math.max(entity.offset, at);
    const end = Math.min(entity.offset + entity.length, to);
    if (end <= start) continue;
    const block = BLOCKS.has(entity.type);
    if (start > at) made.push(block ? text.slice(at, start).replace(/\n$/, "") : text.slice(at, start));
    const inside = [];
    while (rest.length && rest[0].offset < end) {
      const inner = rest.shift();
      inside.push(inner);
      const over = inner.offset + inner.length - end;
      if (over > 0) rest.unshift({ ...inner, offset: end, length: over });
      if (over > 0) break;
    }
    made.push(dressed(entity, span(text, start, end, inside, how), text.slice(start, end), how));
    at = block && text[end] === "\n" ? end + 1 : end;
  }
  if (at < to) made.push(text.slice(at, to));
  return made;
}

function dressed(entity, inside, raw, how) {
  switch (entity.type) {
    case "bold": return h("b", {}, inside);
    case "italic": return h("i", {}, inside);
    case "underline": return h("u", {}, inside);
    case "strikethrough": return h("s", {}, inside);
    case "code": return h("code", {}, inside);
    case "pre": return h("pre", { dataset: { language: entity.language ?? "" } }, h("code", {}, inside));
    case "blockquote": return h("blockquote", {}, inside);
    case "expandable_blockquote": return folded(inside, raw);
    case "spoiler": return spoiler(inside);
    case "url": return link(/^[a-z][a-z0-9+.-]*:/i.test(raw) ? raw : `http://${raw}`, inside, how);
    case "text_link": return link(entity.url, inside, how);
    case "email": return link(`mailto:${raw}`, inside, how);
    case "phone_number": return link(`tel:${raw}`, inside, how);
    case "bot_command":
      return how.command ? h("button", { type: "button", class: "as-link", onclick: () => how.command(raw) }, inside) : h("span", { class: "tinted" }, inside);
    case "mention": case "text_mention": case "hashtag": case "cashtag": return h("span", { class: "tinted" }, inside);
    default: return h("span", {}, inside);
  }
}

export function safe(url) {
  try {
    return HARMLESS.has(new URL(url, location.href).protocol);
  } catch {
    return false;
  }
}

function link(url, inside, how) {
  if (!safe(url)) return h("span", { class: "tinted" }, inside);
  const open = (event) => { event.preventDefault(); how.open?.(url); };
  return h("a", { href: url, rel: "noopener noreferrer", target: "_blank", title: url, onclick: how.open ? open : undefined }, inside);
}

function spoiler(inside) {
  const cover = h("span", { class: "spoiler", role: "button", tabIndex: 0, "aria-expanded": "false", "aria-label": t("chat.spoiler") }, h("span", {}, inside));
  const reveal = (event) => {
    if (cover.classList.contains("open") || (event.type === "keydown" && !["Enter", " "].includes(event.key))) return;
    event.preventDefault();
    event.stopPropagation();
    cover.classList.add("open");
    cover.setAttribute("aria-expanded", "true");
    cover.removeAttribute("aria-label");
  };
  cover.addEventListener("click", reveal);
  cover.addEventListener("keydown", reveal);
  return cover;
}

function folded(inside, raw) {
  const body = h("span", {}, inside);
  if (raw.length <= LONG_QUOTE && raw.split("\n").length <= 3) return h("blockquote", {}, body);
  const quote = h("blockquote", { class: "folded" }, body);
  const button = h("button", { type: "button", class: "as-link", "aria-expanded": "false", onclick: () => {
    const open = quote.classList.toggle("folded") === false;
    button.setAttribute("aria-expanded", open);
    button.textContent = t(open ? "chat.fold" : "chat.unfold");
  } }, t("chat.unfold"));
  quote.append(button);
  return quote;
}

// What a message is, in one line: for previews, lists and the screen reader.
export function inBrief(message, most = 120) {
  if (!message) return t("chat.gone");
  const text = (message.text ?? message.caption ?? "").replace(/\s+/g, " ").trim();
  const kind = kindWords(message);
  const whole = [kind, text].filter(Boolean).join(kind ? " · " : "");
  return whole.length > most ? `${whole.slice(0, most).replace(/[\ud800-\udbff]$/, "")}…` : whole;
}

function kindWords(message) {
  const kind = message.kind ?? ["photo", "video", "animation", "audio", "voice", "video_note", "sticker", "document", "venue", "location", "contact", "poll"].find((one) => one in message) ?? "text";
  if (kind === "document") return message.document?.file_name ?? t("chat.document");
  if (kind === "sticker") return `${message.sticker?.emoji ?? ""} ${t("chat.sticker")}`.trim();
  if (kind === "poll") return `${t("chat.poll")}: ${message.poll?.question ?? ""}`;
  const known = ["photo", "video", "animation", "audio", "voice", "video_note", "venue", "location", "contact"];
  return known.includes(kind) ? t(`chat.${kind}`) : "";
}
