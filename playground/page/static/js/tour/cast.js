// Who plays in the tour: people whom nobody has used yet, so that it can be shown again and beside whatever was tried.

import { get, post } from "../api.js";
import { t } from "../words.js";
import { messages, state } from "../world.js";
import { Missing } from "./waiting.js";

const names = (key) => t(key).split(", ");

const engineersIn = (group) => group.members
  .filter((one) => !one.user.is_bot && ["creator", "administrator", "member"].includes(one.status))
  .map((one) => state.people.find((person) => person.id === one.user.id))
  .filter(Boolean);

const inAnyGroup = (person) => state.groups.some((group) => engineersIn(group).some((one) => one.id === person.id));
const unused = (person) => !person.started && !person.blocked && !person.deactivated && messages(person.chat).size === 0 && !inAnyGroup(person);

// Somebody with a Telegram of their own: the first of these names that is free, made when nobody has it yet.
async function someone(wanted, language, taken = () => false) {
  for (const name of [...wanted, ...wanted.map((one) => `${one} ${2 + Math.floor(Math.random() * 998)}`)]) {
    const known = state.people.filter((one) => one.name === name);
    const free = known.find(unused);
    if (free && !taken(name)) return free;
    if (known.length === 0 && !taken(name)) return post("/control/person", { name, language_code: language });
  }
  throw new Missing(t("tour.no_people"));
}

export async function cast(language) {
  const group = state.groups[0];
  const engineer = group && engineersIn(group)[0];
  if (!engineer) throw new Missing(t("tour.no_engineer"));
  const anna = await someone(names("tour.names"), language);
  return { group: group.id, engineer: engineer.id, engineerName: engineer.name, anna: anna.id, annaName: anna.name };
}
