// The row of clients: faces with what is unread; people of the engineers' group stand behind the others.

import { fill, fresh, h, iconButton } from "../dom.js";
import { state } from "../world.js";
import { currentLanguage, t } from "../words.js";
import { hue, initials } from "../chat/message.js";
import { unread } from "../chat/unread.js";

const INSIDE = new Set(["creator", "administrator", "member", "restricted"]);

export const isEngineer = (one) => state.groups.some((group) => group.members.some((member) => member.user.id === one.id && INSIDE.has(member.status)));

export function drawClients(strip, chosen, { pick, add }) {
  const focused = strip.contains(document.activeElement) ? document.activeElement.dataset.person : undefined;
  const left = strip.scrollLeft;
  const clients = state.people.filter((one) => !isEngineer(one));
  const engineers = state.people.filter(isEngineer);
  const counts = new Map([...clients, ...engineers].map((one) => [one.id, one.id === chosen ? 0 : unread(one.id, one.chat)]));
  const looks = (one) => [one.id, one.name, one.blocked, one.deactivated, counts.get(one.id)];
  if (!fresh(strip, currentLanguage(), chosen, clients.map(looks), engineers.map(looks))) return;
  const face = (one, index, all) => {
    const count = counts.get(one.id);
    const name = isEngineer(one) ? t("chat.engineer", { name: one.name }) : one.name;
    return h("li", { class: all === engineers && index === 0 ? "first-engineer" : "" }, h("button", {
      type: "button", class: one.blocked || one.deactivated ? "client shut" : "client", dataset: { person: one.id }, "aria-current": String(one.id === chosen), title: name,
      "aria-label": count ? `${name}, ${t("chat.unread", { count })}` : name, onclick: () => pick(one.id),
    }, h("span", { class: "avatar", style: hue(one.id), "aria-hidden": "true" }, initials(one.name)), isEngineer(one) ? null : h("span", { class: "name" }, one.first_name), count ? h("span", { class: "count" }, count > 99 ? "99+" : count) : null));
  };
  fill(strip, h("ul", {}, clients.map(face), engineers.map(face)), iconButton("plus", t("chat.add_person"), add, { dataset: { person: "new" } }));
  strip.scrollLeft = left;
  if (focused) strip.querySelector(`[data-person="${focused}"]`)?.focus({ preventScroll: true });
  const current = strip.querySelector("[aria-current=true]");
  if (strip.dataset.shown !== String(chosen)) { strip.dataset.shown = chosen; current?.scrollIntoView({ block: "nearest", inline: "nearest" }); }
}
