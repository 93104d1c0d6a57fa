// Who is in the group and who one is there: the choice in the header, the list of members, a new engineer.

import { post } from "../api.js";
import { dialog, form } from "../chat/dialogs.js";
import { hue, initials } from "../chat/message.js";
import { refuse } from "../chat/refusals.js";
import { nameOf } from "../chat/service.js";
import { markRead } from "../chat/unread.js";
import { fill, h, iconButton, toast } from "../dom.js";
import { messages, on, person, state } from "../world.js";
import { currentLanguage, t } from "../words.js";
import { be, engineers, here, inside, me, standing } from "./here.js";

const NEW = "new", ALL = "all";

// The choice «I am …» with what else one may want of people below the names.
export class Identity {
  constructor() {
    this.select = h("select", { class: "i-am", onchange: () => this.chosen() });
    this.face = h("span", { class: "face", "aria-hidden": "true" });
    this.element = h("label", { class: "identity" }, this.face, this.select);
  }

  draw() {
    const who = me();
    const people = engineers();
    const key = JSON.stringify([people.map((one) => [one.id, nameOf(one)]), who?.id, currentLanguage()]);
    if (key === this.key) return;
    this.key = key;
    this.select.setAttribute("aria-label", t("group.i_am"));
    this.select.title = t("group.i_am");
    fill(this.select,
      people.map((one) => h("option", { value: one.id, selected: one.id === who?.id }, nameOf(one))),
      who ? null : h("option", { value: "", selected: true }, t("group.nobody")),
      h("hr"),
      h("option", { value: NEW }, t("group.new_engineer")), h("option", { value: ALL }, t("group.all_members")));
    this.face.style = who ? hue(who.id) : "";
    fill(this.face, who ? initials(nameOf(who)) : "?");
  }

  chosen() {
    const value = this.select.value;
    this.select.value = me()?.id ?? "";
    if (value === NEW) addEngineer();
    else if (value === ALL) showMembers();
    else if (value) be(Number(value));
  }
}

// Somebody new, or somebody who is on the page already, comes into the group; afterwards one is them.
async function addEngineer() {
  const group = here();
  const others = state.people.filter((one) => !engineers().includes(one) && !one.deactivated);
  const fields = [
    ...(others.length ? [{ name: "who", label: t("group.who"), options: [["", t("group.somebody_new")], ...others.map((one) => [String(one.id), nameOf(one)])] }] : []),
    { name: "name", label: t("group.name"), hint: others.length ? t("group.name_hint") : "", maxLength: 64 },
    { name: "admin", label: t("group.as_admin"), type: "checkbox" },
  ];
  const given = await form(t("group.new_engineer"), fields, t("group.add"));
  if (!given) return;
  const name = given.name.trim();
  if (!given.who && !name) return void toast(t("group.name_wanted"), { wrong: true });
  try {
    const who = given.who ? Number(given.who) : (await post("/control/person", { name, language_code: currentLanguage() })).id;
    const last = Math.max(0, ...messages(group.id).keys());
    if (last) markRead(who, group.id, null, last); // whoever comes new has nothing to catch up on
    await join(who, { admin: given.admin });
    toast(t("group.is_in", { name: person(who) ? nameOf(person(who)) : name }));
  } catch (error) {
    refuse(error);
  }
}

const join = (who, { admin }) => new Promise((resolve, reject) => {
  const stop = on("member", () => {
    if (!engineers().some((one) => one.id === who)) return;
    stop();
    be(who);
    resolve();
  });
  post("/api/group/member", { do: "join", group: here().id, person: who, admin }).catch((error) => { stop(); reject(error); });
});

function showMembers() {
  const list = h("ul", { class: "members" });
  const draw = () => fill(list, (here()?.members ?? []).filter(inside).map((one) => row(one)));
  const stop = on(["member", "group", "person"], draw);
  draw();
  return dialog(t("group.members_title", { title: here()?.title ?? "" }), () => [
    list, h("p", { class: "soft small" }, t("group.members_hint")),
    h("div", { class: "row-of-buttons" }, h("button", { type: "button", class: "primary", onclick: addEngineer }, t("group.new_engineer"))),
  ]).then(stop);
}

function row({ user, status }) {
  const known = person(user.id);
  const role = user.is_bot ? t("group.role_bot") : t(`group.role_${status}`);
  const name = nameOf(user);
  const does = (what, values = {}) => () => post("/api/group/member", { do: what, group: here().id, person: user.id, ...values }).catch(refuse);
  return h("li", {},
    h("span", { class: "face", style: hue(user.id), "aria-hidden": "true" }, initials(name)),
    h("span", { class: "member-name" }, h("b", {}, name, me()?.id === user.id ? h("span", { class: "soft" }, ` ${t("group.thats_you")}`) : null), h("small", { class: "soft" }, role)),
    known ? h("span", { class: "member-acts" },
      status === "administrator"
        ? h("button", { type: "button", onclick: does("demote") }, t("group.demote"))
        : h("button", { type: "button", onclick: does("promote") }, t("group.promote")),
      h("button", { type: "button", class: "danger", "aria-label": t("group.leave_who", { name }), onclick: does("leave") }, t("group.leave"))) : null);
}

export const membersButton = () => iconButton("people", t("group.all_members"), showMembers);

export const mayDelete = () => { const one = me() && standing(me().id); return one?.status === "creator" || one?.can_delete_messages === true; };
