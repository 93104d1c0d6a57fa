// Where one is in the engineers' group: which group, as whom, in which topic. What it knows survives a reload.

import { group, person, state } from "../world.js";

const KEY = "otvet.group";
const listeners = new Set();
let memory = null;

// What was kept of this world; in another the same numbers mean other people and topics.
function kept() {
  if (memory) return memory;
  memory = { boot: state.boot, group: null, me: null, topics: {} };
  try {
    const saved = JSON.parse(sessionStorage.getItem(KEY));
    if (saved?.boot === state.boot) memory = saved;
  } catch { /* begins anew */ }
  return memory;
}

// Called with what has changed: "group", "me" or "topics".
export function onHere(listener) {
  listeners.add(listener);
}

function set(what, value) {
  if (kept()[what] === value) return;
  kept()[what] = value;
  try { sessionStorage.setItem(KEY, JSON.stringify(kept())); } catch { /* private mode */ }
  for (const listener of listeners) listener(what);
}

// The group as it is now: after a migration it is found by the id that it had before.
export const here = () => (kept().group === null ? null : group(kept().group)) ?? state.groups[0] ?? null;

const INSIDE = new Set(["creator", "administrator", "member", "restricted"]);
export const inside = (member) => INSIDE.has(member.status);
export const standing = (id) => here()?.members.find((one) => one.user.id === id) ?? null;

// The people whom one can be here: those of the group who have an account on this page.
export const engineers = () => (here()?.members ?? []).filter((one) => inside(one) && person(one.user.id)).map((one) => person(one.user.id));

// Who one is; null while nobody is left in the group.
export const me = () => engineers().find((one) => one.id === kept().me) ?? engineers()[0] ?? null;

export function manages(topic = null) {
  const who = me();
  const member = who && standing(who.id);
  if (!member) return false;
  return member.status === "creator" || member.can_manage_topics === true || (topic !== null && topic.creator === who.id);
}

export const topics = () => (here()?.topics ?? []).filter((one) => !one.deleted);

// The open topic's number, kept for each group; where it was deleted, and in a migrated group, it is General.
export function openTopic() {
  const wanted = kept().topics[here()?.id] ?? 1;
  return topics().some((one) => one.message_thread_id === wanted) ? wanted : 1;
}

export const useGroup = (id) => set("group", id);
export const be = (id) => set("me", id);
export const open = (thread) => set("topics", { ...kept().topics, [here().id]: thread });
