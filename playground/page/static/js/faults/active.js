// Which faults are on, as every open page agrees, and how they are switched.

import { act, get, post } from "../api.js";
import { toast } from "../dom.js";
import { t } from "../words.js";
import { on, state } from "../world.js";

export const KINDS = {
  telegram: ["telegram.429", "telegram.500", "telegram.hang", "telegram.down", "telegram.lost", "telegram.rival"],
  mail: ["mail.cut", "mail.hang", "mail.full", "mail.greylist", "mail.refuse"],
  desk: ["desk.on_call", "desk.in"],
};

const listeners = new Set();
let active = [];

export const faults = () => active;
export const fault = (key) => active.find((one) => one.key === key);
export const onFaults = (listener) => listeners.add(listener);
export const nameOf = (key) => t(`controls.f_${key.replace(".", "_")}`);

// The same where it stands alone: "Почта: сервер недоступен".
export function wholeNameOf(key) {
  const [part] = key.split(".");
  const name = nameOf(key);
  const begins = /^.[A-ZА-ЯЁ]/.test(name) ? name[0] : name[0].toLowerCase(); // IMAP stays what it is
  return `${t(`controls.part_${part}`)}: ${begins}${name.slice(1)}`;
}

// What people are called must not turn the words around it: the two signs keep its direction to itself.
export const called = (one) => `\u2068${one.name}\u2069`;

export const blocked = () => state.people.filter((one) => one.blocked);
export const isDown = () => state.desk.here && !state.desk.ready;
export const phase = () => t(`controls.desk_${state.desk.phase}`);

// How far a fault has got, in words: "3 calls left", "struck 2 times", "" for one that does not count.
export function progressOf({ left, befell }) {
  return [left && t("controls.left", { count: left }), befell && t("controls.befell", { count: befell })].filter(Boolean).join(", ");
}

function take(list) {
  active = list;
  for (const listener of listeners) listener();
}

// Clients' addresses; not waited for, since the mail may be out of order.
let known = ["boris@client.example"];
export const mailboxes = () => known;

export async function askForMailboxes() {
  const boxes = await get("/api/mail").catch(() => []);
  if (boxes.length) known = boxes.filter((box) => !box.shared).map((box) => box.address);
  tell();
}

const tell = () => { for (const listener of listeners) listener(); };

export function begin() {
  on("fault", (event) => take(event.data.active));
  on(["desk", "member", "person", "group", "topic", "message"], tell);
  take(state.faults.active ?? []);
}

// Every wish of the panel goes through here: what goes wrong with it is a sentence.
export async function wish(work) {
  try {
    return await work();
  } catch (error) {
    toast(error.message, { wrong: true });
    return null;
  }
}

export const switchOn = (key, how) => wish(() => post("/api/faults", { do: "on", fault: key, ...how }));
export const switchOff = (key) => wish(() => post("/api/faults", { do: "off", fault: key }));
export const unblock = (id) => wish(() => act("unblock", { person: id }));
export const tellDesk = (what) => wish(() => post("/api/desk", { do: what }));

export async function mend() {
  if (await wish(() => post("/api/faults", { do: "mend" }))) toast(t("controls.mended"));
}
