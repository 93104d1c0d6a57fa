// What the mailbox pane knows: whose mailbox and which folder is shown, what lies there, whether the server is away.

import { get, post } from "../api.js";
import { state } from "../world.js";

export const INBOX = "INBOX";
const FIRST = 50;

// boxes: whose mailboxes there are; list: the folder's conversations as the server told them last.
export const mail = { boxes: [], address: null, folder: INBOX, search: "", limit: FIRST, list: null, away: false, failed: "" };

const listeners = new Set();
const PAUSE = 150; // milliseconds
let running = false;
let again = false;

export function onMail(listener) {
  listeners.add(listener);
}

export function told() {
  for (const listener of listeners) listener();
}

export const current = () => mail.boxes.find((one) => one.address === mail.address);
export const readOnly = () => Boolean(current()?.shared);
export const support = () => mail.boxes.find((one) => one.shared)?.address ?? "";

export function query(values) {
  return new URLSearchParams({ address: mail.address, ...values }).toString();
}

// Ask for everything anew. Calls that come while one is under way are answered by one more after it.
export async function refresh() {
  again = true;
  if (running) return;
  running = true;
  try {
    while (again) {
      again = false;
      await ask();
      if (again) await new Promise((done) => setTimeout(done, PAUSE)); // a burst of mail is a handful of questions
    }
  } finally {
    running = false;
  }
}

async function ask() {
  try {
    const asked = mail.address + mail.folder + mail.search;
    const [boxes, list] = await Promise.all([get("/api/mail"), mail.address && get(`/api/mail/list?${query({ folder: mail.folder, limit: mail.limit, q: mail.search })}`)]);
    if (boxes.away || list?.away) return gone();
    mail.boxes = boxes;
    if (!current()) {
      mail.address = (boxes.find((one) => !one.shared) ?? boxes[0])?.address ?? null;
      if (mail.address) return ask();
    } else {
      if (asked !== mail.address + mail.folder + mail.search) { again = true; return; }
      mail.list = list;
      mail.folder = list.folder;
    }
    mail.away = false;
    mail.failed = "";
  } catch (error) {
    mail.failed = state.connected ? error.message : "";
    if (state.connected) setTimeout(refresh, 2000); // else the line that comes back brings it here
  }
  told();
}

// The server is away: what was known stays to be seen, and it is asked again until it answers.
function gone() {
  mail.away = true;
  told();
  setTimeout(() => { if (mail.away) refresh(); }, 1500);
}

export function look({ address = mail.address, folder = INBOX, search = "" }) {
  Object.assign(mail, { address, folder, search, limit: FIRST });
  if (search === "") mail.list = null;
  told();
  return refresh();
}

export const read = ({ folder, uid }) => get(`/api/mail/read?${query({ folder, uid })}`);
export const url = (what, values) => `/api/mail/${what}?${query(values)}`;
export const mark = (folder, uids, seen) => post("/api/mail/mark", { address: mail.address, folder, uids, seen });
export const discard = (folder, uids) => post("/api/mail/delete", { address: mail.address, folder, uids });
export const move = (folder, uids, to) => post("/api/mail/move", { address: mail.address, folder, uids, to });

export const personName = ({ name, address }) => name || address;
export const fullName = ({ name, address }) => (name ? `${name} <${address}>` : address);
