// The world as the page knows it: a snapshot, then every event in order. Panes read `state` and listen with `on`.

import { get } from "./api.js";

// people, groups: lists; chats: Map of chat id to Map of message id to message; clock, desk, faults: as the server tells them.
export const state = { boot: "", bot: null, people: [], groups: [], chats: new Map(), clock: {}, desk: {}, faults: {}, connected: false };

const listeners = new Map();
let last = 0;
let stream = null;

// on("message", (event) => …); kinds: message, edited, deleted, reaction, topic, member, person, group, press, answer,
// commands, action, inline, mailbox, clock, desk, thoughts, fault, call, connection; "*" hears all. Returns how to stop.
export function on(kinds, listener) {
  for (const kind of [kinds].flat()) {
    if (!listeners.has(kind)) listeners.set(kind, new Set());
    listeners.get(kind).add(listener);
  }
  return () => { for (const kind of [kinds].flat()) listeners.get(kind).delete(listener); };
}

export function emit(kind, event) {
  for (const listener of [...(listeners.get(kind) ?? []), ...(listeners.get("*") ?? [])]) {
    try {
      listener({ kind, ...event });
    } catch (error) {
      console.error(error); // one pane's mistake must not stop the others
    }
  }
}

export const person = (id) => state.people.find((one) => one.id === id);
export const group = (id) => state.groups.find((one) => one.id === id || one.before.includes(id));
export const messages = (chat) => state.chats.get(chat) ?? new Map();
export const topicsOf = (chat) => (group(chat) ?? state.people.find((one) => one.chat === chat))?.topics ?? [];
export const topicOf = (chat, id) => topicsOf(chat).find((one) => one.message_thread_id === id);

// The time at the desk, going on between the server's words.
export function now() {
  const { now: at, paused, heard } = state.clock;
  return new Date(at).getTime() + (paused ? 0 : performance.now() - heard);
}

export async function load() {
  const whole = await get("/api/state");
  const { world } = whole;
  Object.assign(state, { boot: whole.boot, bot: world.bot, people: world.people, groups: world.groups,
    private_topics: world.private_topics, inline_mode: world.inline_mode, desk: whole.desk, faults: whole.faults });
  setClock(whole.clock);
  state.chats = new Map(Object.entries(world.chats).map(([id, list]) => [Number(id), new Map(list.map((one) => [one.message_id, one]))]));
  last = world.number;
}

// A browser opens six lines to one server and no more, so a tab that nobody sees gives its own back; what it missed
// comes when it is looked at again.
const UNSEEN = 20_000; // milliseconds
const AGAIN = 1500; // milliseconds until a line that was refused is asked for once more

export function listen() {
  let leaving = null;
  document.addEventListener("visibilitychange", () => {
    clearTimeout(leaving);
    if (!document.hidden && !stream) open();
    if (document.hidden) leaving = setTimeout(close, UNSEEN);
  });
  if (!document.hidden) open();
}

function open() {
  stream = new EventSource(`/api/events?since=${last}`);
  stream.addEventListener("boot", (event) => {
    if (JSON.parse(event.data) !== state.boot) location.reload();
  });
  stream.onopen = () => connected(true);
  stream.onerror = () => {
    connected(false);
    if (stream.readyState !== EventSource.CLOSED) return; // the browser tries again by itself
    close();
    setTimeout(() => { if (!stream && !document.hidden) open(); }, AGAIN);
  };
  stream.onmessage = (event) => take(JSON.parse(event.data));
}

function close() {
  stream?.close();
  stream = null;
}

function connected(yes) {
  if (state.connected === yes) return;
  state.connected = yes;
  emit("connection", { connected: yes });
}

// Events are worked on as they come, but for no longer than a part of a frame: of a thousand at once the rest waits
// for the next one, so that the page can be used meanwhile.
const BUDGET = 10; // milliseconds of a frame
let waiting = [];
let spent = 0;
let framed = false;

function take(event) {
  waiting.push(event);
  if (spent < BUDGET) work();
  if (!framed) {
    framed = true;
    soon(nextFrame);
  }
}

function nextFrame() {
  framed = false;
  spent = 0;
  work();
  if (!waiting.length) return;
  framed = true;
  soon(nextFrame);
}

// A tab that nobody sees has no frames.
const soon = (then) => (document.hidden ? setTimeout(then, 0) : requestAnimationFrame(then));

function work() {
  const start = performance.now();
  let done = 0;
  for (; done < waiting.length && spent + performance.now() - start < BUDGET; done += 1) happen(waiting[done]);
  waiting = waiting.slice(done);
  spent += performance.now() - start;
}

function happen(event) {
  if (event.number <= last) return;
  last = event.number;
  apply(event);
  emit(event.kind, event);
}

function apply(event) {
  if (event.people) state.people = event.people;
  if (event.groups) state.groups = event.groups;
  if (event.topics) setOf(event.chat, { topics: event.topics });
  if (event.pinned) setOf(event.chat, { pinned: event.pinned });
  if (event.message) {
    if (!state.chats.has(event.chat)) state.chats.set(event.chat, new Map());
    state.chats.get(event.chat).set(event.message.message_id, event.message);
  }
  if (event.kind === "deleted") state.chats.get(event.chat)?.delete(event.data.message_id);
  if (event.kind === "topic") forgetTopic(event.chat, event.data.message_thread_id);
  if (event.kind === "clock") setClock(event.data);
  if (event.kind === "desk") state.desk = event.data;
}

function setOf(chat, values) {
  const owner = group(chat) ?? state.people.find((one) => one.chat === chat);
  if (owner) Object.assign(owner, values);
}

// A topic that was deleted took its messages with it.
function forgetTopic(chat, thread) {
  if (!topicOf(chat, thread)?.deleted) return;
  const all = state.chats.get(chat);
  for (const [id, message] of all ?? []) if (message.message_thread_id === thread) all.delete(id);
}

function setClock(clock) {
  state.clock = { ...clock, heard: performance.now() };
}
