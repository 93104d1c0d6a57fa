// Who plays in the tour: people whom nobody has used yet, so that it can be shown again and beside whatever was tried.

import { get, post } from "../api.js";
import { engineers, here, me } from "../group/here.js";
import { t } from "../words.js";
import { messages, state } from "../world.js";
import { Missing } from "./waiting.js";

const listed = (words) => words.split(", ");

const isEngineer = (person) => engineers().some((one) => one.id === person.id);
const unused = (person) =>
  !person.started && !person.blocked && !person.deactivated && messages(person.chat).size === 0 && !isEngineer(person);

// Somebody of that name with a Telegram that nobody has used; made when nobody has the name yet; else null.
async function someone(name, language) {
  const known = state.people.filter((one) => one.name === name);
  const found = known.length ? known.find(unused) : await post("/control/person", { name, language_code: language });
  return found ? { id: found.id, name } : null;
}

const again = (name) => `${name} ${2 + Math.floor(Math.random() * 9_998)}`;

async function client(language) {
  const names = listed(t("tour.names"));
  for (const name of [...names, ...names.map(again)]) {
    const found = await someone(name, language);
    if (found) return found;
  }
  throw new Missing(t("tour.no_people"));
}

// Somebody with a mailbox in which nothing lies, and a Telegram that nobody has used.
async function mailer(language) {
  const boxes = await get("/api/mail");
  if (boxes.away) return null;
  const people = listed(t("tour.mail_names")).map((one) => one.split(" <"));
  const more = people.map(([name, address]) => [again(name), `${Date.now() % 1_000_000}.${address}`]);
  for (const [name, tail] of [...people, ...more]) {
    const address = tail.slice(0, -1);
    const box = boxes.find((one) => one.address === address);
    if (box && (box.name !== name || !(await isEmpty(address)))) continue;
    const found = await someone(name, language);
    if (!found) continue;
    if (!box) await post("/api/mail/box", { name, address });
    return { id: found.id, name, address };
  }
  return null;
}

async function isEmpty(address) {
  const list = await get(`/api/mail/list?address=${encodeURIComponent(address)}&limit=1`);
  return !list.away && list.folders.every((one) => one.total === 0);
}

export async function cast(language) {
  const engineer = me();
  if (!here() || !engineer) throw new Missing(t("tour.no_engineer"));
  const anna = await client(language);
  const writer = await mailer(language);
  return {
    group: here().id, engineer: engineer.id, engineerName: engineer.name, anna: anna.id, annaName: anna.name,
    mailer: writer, mailerName: writer?.name ?? "",
  };
}
