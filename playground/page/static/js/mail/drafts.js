// Letters that were begun and not sent, for each mailbox. They outlive a reload of the page, but for attached files.

import { state } from "../world.js";

const NAME = "otvet.drafts";

let kept = null; // address → [draft]

// A draft: {id, to, cc, subject, text, html, rich, files, in_reply_to, references, message_id, about, quote}.
export function all(address) {
  return load()[address] ??= [];
}

export function fresh(address, values = {}) {
  return {
    id: crypto.randomUUID?.() ?? String(Math.random()), address, to: "", cc: "", subject: "", text: "", html: "", rich: false, files: [],
    in_reply_to: "", references: [], message_id: "", about: null, quote: "", ...values,
  };
}

export function keep(draft) {
  const list = all(draft.address);
  if (!list.includes(draft)) list.unshift(draft);
  save();
}

export function drop(draft) {
  load()[draft.address] = all(draft.address).filter((one) => one !== draft);
  save();
}

function load() {
  if (kept) return kept;
  kept = {};
  try {
    const stored = JSON.parse(sessionStorage.getItem(NAME) ?? "{}");
    if (stored.boot === state.boot) kept = stored.drafts; // another start of the demo is another world
  } catch { /* nothing was kept */ }
  for (const draft of Object.values(kept).flat()) draft.files = [];
  return kept;
}

function save() {
  const drafts = Object.fromEntries(Object.entries(load()).map(([address, list]) => [address, list.map((one) => ({ ...one, files: [] }))]));
  try {
    sessionStorage.setItem(NAME, JSON.stringify({ boot: state.boot, drafts }));
  } catch { /* a private window: they live as long as the page */ }
}
