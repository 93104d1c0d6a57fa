// What the tour's people do, as one sees it done: chats opened, words typed, buttons pressed, time let pass.
// Rule: the panes' own fields and buttons are used where they are to be had, and the focus stays where it was.

import { act, base64, post } from "../api.js";
import { be } from "../group/here.js";
import { emit, group, messages, person, topicsOf } from "../world.js";
import { t } from "../words.js";
import { screenshot } from "./picture.js";
import { Missing } from "./waiting.js";

const TYPING = 1_100; // milliseconds in which any text is typed
const STROKE = 30; // milliseconds between two strokes

// What stands in a chat, oldest first; of one topic only when it is named.
export function said(chat, thread) {
  const all = [...messages(chat).values()];
  return thread === undefined ? all : all.filter((one) => one.message_thread_id === thread);
}

export const words = (message) => message.text ?? message.caption ?? "";
export const lastId = (chat) => Math.max(0, ...said(chat).map((one) => one.message_id));

// The chat as it is called now: a group that has migrated has another number.
export const groupChat = (facts) => group(facts.group)?.id ?? facts.group;

// A message on the page, where its pane draws it.
export const bubble = (pane, message) =>
  (message ? document.querySelector(`#pane-${pane} [data-message="${message.message_id}"]`) : null);

// What an earlier step should have found out.
export function needed(value) {
  if (value === undefined || value === null) throw new Missing(t("tour.no_earlier"));
  return value;
}

export function openClient(id) {
  quietly(() => emit("open-client", { person: id }));
}

export function openTopic(facts, thread) {
  be(facts.engineer);
  quietly(() => emit("open-topic", { chat: groupChat(facts), topic: thread }));
}

export const topicOfClient = (facts, name) =>
  topicsOf(groupChat(facts)).find((one) => !one.deleted && !facts.before.has(one.message_thread_id) && one.name.includes(`· ${name} ·`));

// Whoever shows may press keys meanwhile: what a pane does with the focus over the tour's doings is undone.
export function quietly(does) {
  const focused = document.activeElement;
  const result = does();
  if (document.activeElement !== focused && !document.querySelector("dialog[open]")) {
    if (focused && focused !== document.body && focused.isConnected) focused.focus({ preventScroll: true });
    else document.activeElement?.blur();
  }
  return result;
}

export const usable = (element) => Boolean(element) && !element.disabled && element.getClientRects().length > 0;

// Letters appear in a field as if somebody typed them.
export async function type(tour, field, text) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const strokes = Math.min(text.length, Math.ceil(TYPING / STROKE));
  for (let stroke = 1; stroke <= strokes; stroke += 1) {
    const done = tour.hurry || still ? text.length : Math.round((text.length * stroke) / strokes);
    field.value = text.slice(0, done);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    if (done === text.length) break;
    await tour.beat(STROKE);
  }
}

export async function click(tour, element) {
  element.scrollIntoView({ block: "nearest" });
  element.classList.add("tour-pressed");
  await tour.beat(350);
  element.classList.remove("tour-pressed");
  quietly(() => element.click());
}

// A message of that person's that came after `before` with these words.
const own = (chat, thread, who, before, text) =>
  said(chat, thread).find((one) => one.message_id > before && one.from?.id === who && words(one) === text);

// Written in the pane's own field and sent by its own button; past them when they are not to be had just now.
async function write(tour, { pane, chat, thread, who, text, otherwise }) {
  const before = lastId(chat);
  const field = document.querySelector(`#pane-${pane} .composer textarea`);
  const button = document.querySelector(`#pane-${pane} .composer .send`);
  if (usable(field)) {
    tour.look(pane, () => field.closest(".composer"));
    await type(tour, field, text);
    await tour.beat(250);
  }
  if (usable(button)) quietly(() => button.click()); // it is there once something is written
  else await otherwise();
  return tour.until(() => own(chat, thread, who, before, text), t("tour.not_sent"));
}

export async function clientSays(tour, id, text) {
  const { chat } = person(id);
  const start = document.querySelector("#pane-client .gate button.primary");
  if (text === "/start" && usable(start)) {
    await click(tour, start);
    return undefined;
  }
  return write(tour, { pane: "client", chat, thread: undefined, who: id, text, otherwise: () => act("say", { person: id, text }) });
}

// A picture with words below it; the words are typed, the picture is drawn here.
export async function clientShows(tour, id, text) {
  const { chat } = person(id);
  const before = lastId(chat);
  await act("send_photo", { person: id, caption: text, data: await base64(await screenshot()) });
  return tour.until(() => own(chat, undefined, id, before, text), t("tour.not_sent"));
}

// A note where `about` is nothing, else an answer to those words of the client.
export async function engineerSays(tour, thread, text, about) {
  const { facts } = tour;
  const chat = groupChat(facts);
  const otherwise = () => act("say", { person: facts.engineer, group: chat, topic: thread, text, ...(about ? { reply_to: about.message_id } : {}) });
  const turned = await turn(tour, about ? "answer" : "note");
  if (!about || turned) return write(tour, { pane: "group", chat, thread, who: facts.engineer, text, otherwise });
  return otherwise();
}

// The switch below the group's field, that says who will see what is written. False where there is none.
async function turn(tour, wanted) {
  const mode = () => document.querySelector(`#pane-group .mode.${wanted}`);
  if (!usable(mode())) return false;
  tour.look("group", () => document.querySelector("#pane-group .fate"));
  await tour.beat(500);
  const chosen = () => mode()?.getAttribute("aria-pressed") === "true"; // it is drawn anew whenever it turns
  if (!chosen()) quietly(() => mode().click());
  await tour.until(chosen, t("tour.not_sent"));
  await tour.beat(500);
  return true;
}

// Press the button at that place below a message: as the engineer in the group, as that person elsewhere.
export async function press(tour, pane, message, place, who = tour.facts.anna) {
  const { facts } = tour;
  const shown = bubble(pane, message)?.querySelectorAll(".keys .key")[place];
  if (usable(shown)) return click(tour, shown);
  const as = pane === "group" ? { person: facts.engineer, group: groupChat(facts) } : { person: who };
  const button = message.keyboard.flat()[place];
  return post("/api/press", { ...as, message: message.message_id, button: button.callback_data ?? button.text });
}

export async function passTime(how) {
  await post("/api/clock", { do: "jump", ...how });
}

// By the clock's own button, where it has one for that.
export async function passByButton(tour, by) {
  const button = document.querySelector(`#clock [data-do="${by}"]`);
  if (usable(button)) {
    button.classList.add("tour-pressed");
    await tour.beat(500);
    button.classList.remove("tour-pressed");
  }
  await passTime({ by });
}
