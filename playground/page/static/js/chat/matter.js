// What is neither words nor a file: places, contacts, polls.

import { h, icon } from "../dom.js";
import { t } from "../words.js";
import { safe } from "./text.js";

export function matter(message, view) {
  if (message.venue) return place(message.venue.location, message.venue, view);
  if (message.location) return place(message.location, null, view);
  if (message.contact) return contact(message.contact);
  if (message.poll) return poll(message, view);
  const known = ["text", "photo", "document", "video", "animation", "audio", "voice", "video_note", "sticker"];
  return known.includes(message.kind) ? null : h("div", { class: "words soft" }, t("chat.unknown", { kind: message.kind }));
}

function place({ latitude, longitude }, venue, view) {
  const at = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  const url = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  return h("a", { class: "place", href: url, target: "_blank", rel: "noopener noreferrer", dataset: { key: "place" }, onclick: (event) => { event.preventDefault(); view.links.open(url); } },
    h("span", { class: "map", "aria-hidden": "true" }, icon("place")),
    h("span", { class: "about" }, h("span", { class: "name" }, venue?.title ?? t("chat.location")), h("small", { class: "soft" }, venue?.address ?? at)));
}

function contact({ first_name: first, last_name: last, phone_number: phone }) {
  const url = `tel:${phone}`;
  return h("div", { class: "file" }, h("span", { class: "badge" }, icon("person")),
    h("span", { class: "about" }, h("span", { class: "name" }, [first, last].filter(Boolean).join(" ")), safe(url) ? h("a", { href: url, dataset: { key: "phone" } }, phone) : phone));
}

function poll(message, view) {
  const { poll: one } = message;
  const mine = message.votes?.[view.me()] ?? [];
  const shown = mine.length > 0 || one.is_closed;
  const total = Math.max(one.total_voter_count, 1);
  const several = one.allows_multiple_answers;
  const chosen = new Set();
  const note = one.is_closed ? "chat.poll_closed" : one.is_anonymous ? "chat.poll_anonymous" : "chat.poll_public";
  const vote = several && !shown ? h("button", { type: "button", class: "primary", dataset: { key: "vote" }, disabled: true, onclick: () => view.vote(message, [...chosen]) }, t("chat.vote")) : null;
  const option = (text, index) => {
    const voters = one.options[index].voter_count;
    if (shown) {
      const share = Math.round((100 * voters) / total);
      return h("li", { class: mine.includes(index) ? "chosen" : "" }, h("span", {}, mine.includes(index) ? "✓ " : "", text), h("small", {}, `${share} %`), h("span", { class: "bar" }, h("span", { style: `width: ${share}%` })));
    }
    const pick = (event) => {
      if (!several) { view.vote(message, [index]); return; }
      if (!chosen.delete(index)) chosen.add(index);
      event.currentTarget.setAttribute("aria-pressed", chosen.has(index));
      vote.disabled = !chosen.size;
    };
    return h("li", {}, h("button", { type: "button", dataset: { key: `option-${index}` }, "aria-pressed": several ? "false" : undefined, onclick: pick }, text));
  };
  return h("div", { class: "poll" }, h("strong", {}, one.question), h("small", { class: "soft" }, t(note)),
    h("ul", {}, one.options.map(({ text }, index) => option(text, index))), vote,
    h("small", { class: "soft" }, t("chat.votes", { count: one.total_voter_count }),
      mine.length && !one.is_closed ? [" · ", h("button", { type: "button", class: "as-link", dataset: { key: "retract" }, onclick: () => view.vote(message, []) }, t("chat.retract"))] : null));
}
