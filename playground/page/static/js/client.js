// The client's Telegram: whose app it is, their chat with the bot, its topics where the bot has them.

import { act, get, post } from "./api.js";
import { fill, fresh, h, iconButton, toast } from "./dom.js";
import { emit, group, on, person, state } from "./world.js";
import { currentLanguage, onLanguage, t } from "./words.js";
import { form, sure } from "./chat/dialogs.js";
import { heard } from "./chat/heard.js";
import { initials, hue } from "./chat/message.js";
import { openMenu } from "./chat/menu.js";
import { refuse } from "./chat/refusals.js";
import { soon } from "./chat/soon.js";
import { ChatView } from "./chat/view.js";
import { drawClients, isEngineer } from "./client/people.js";
import { Topics } from "./client/topics.js";
import { openLink, startLink } from "./links.js";
import { news, show as showPane } from "./layout.js";

const BUSY = 5000; // milliseconds that "typing…" is shown, as in the app

let chosen = null;
let view, topics, parts, about = { description: "" };

const me = () => person(chosen);
export const started = (one) => one.started || (state.chats.get(one.chat)?.size ?? 0) > 0;

export function mount(root) {
  chosen = (state.people.find((one) => !isEngineer(one)) ?? state.people[0])?.id ?? null;
  parts = { title: h("h2", {}), strip: h("nav", { class: "clients" }), bar: h("div", { class: "bot-bar" }), gate: h("div", { class: "gate" }) };
  view = new ChatView({
    acting: () => ({ person: chosen }), label: () => t("chat.chat_of", { name: me()?.name ?? "" }), foot: parts.gate, why: () => null,
    empty: () => welcome(), openTopic: (thread) => topics.choose(thread),
  });
  topics = new Topics(() => me(), (thread) => { view.show({ chat: me().chat, thread }); emit("shown", { chat: me().chat, thread }); });
  root.append(h("header", {}, parts.title), parts.strip, parts.bar, topics.element, view.element);
  on(["person", "member", "group", "read"], () => drawAround());
  on("message", ({ chat, message }) => {
    const owner = state.people.find((one) => one.chat === chat);
    if (!owner) return;
    if (message?.from_bot) { until.delete(chat); news("client"); }
    drawAround();
  });
  on(["topic", "deleted"], ({ chat }) => { if (state.people.some((one) => one.chat === chat)) drawAround(); });
  on("private_topics", ({ data }) => { state.private_topics = data.on; choose(chosen); });
  on("action", ({ chat, data }) => busy(chat, data.action));
  on("open", ({ pane, person: id, thread }) => { if (pane === "client" && id) { showPane("client"); choose(id, thread ?? null); } });
  on("open-client", ({ person: id }) => { showPane("client"); choose(id); });
  onLanguage(drawAll);
  learnAbout();
  on("call", ({ data }) => { if (/^setMy(Short)?Description$/i.test(data.method)) learnAbout(); });
  if (chosen) choose(chosen);
  else drawAll();
}

async function learnAbout() {
  try {
    about = await get(`/api/bot?language=${me()?.language_code ?? ""}`);
    view.around();
  } catch { /* shown without it */ }
}

export function choose(id, thread = null) {
  chosen = id;
  topics.chosen = thread;
  view.show({ chat: me().chat, thread });
  drawAll();
  emit("shown", { chat: me().chat, thread });
}

function drawAll() {
  parts.title.textContent = t("page.client");
  parts.strip.setAttribute("aria-label", t("chat.clients"));
  drawAround();
}

// A burst of messages draws what is around them once.
const drawAround = soon(() => {
  drawClients(parts.strip, chosen, { pick: choose, add: addPerson });
  if (!me()) return;
  topics.draw();
  drawBar();
  drawGate();
});

function drawBar() {
  if (!fresh(parts.bar, currentLanguage(), state.bot.name)) { drawBusy(); return; }
  const line = h("small", {}, `@${state.bot.username}`);
  const held = parts.bar.contains(document.activeElement);
  fill(parts.bar, h("span", { class: "avatar", style: hue(state.bot.id), "aria-hidden": "true" }, initials(state.bot.name)),
    h("div", { class: "title" }, h("h3", {}, state.bot.name), line),
    iconButton("more", t("chat.client_menu"), (event) => openMenu(event.currentTarget, { items: actions() }), { "aria-haspopup": "menu" }));
  if (held) parts.bar.querySelector("button").focus();
  drawBusy();
}

function actions() {
  const one = me();
  const items = [{ label: t("chat.send_link"), icon: "link", run: askLink }];
  if (!one.deactivated) {
    items.push({ label: t(state.private_topics ? "chat.topics_off" : "chat.topics_on"), icon: "menu", run: switchTopics });
    if (started(one)) items.push(one.blocked ? { label: t("chat.unblock"), icon: "check", run: unblock } : { label: t("chat.block"), icon: "lock", danger: true, run: block });
    items.push({ label: t("chat.delete_account"), icon: "trash", danger: true, run: removeAccount });
  }
  return items;
}

// What stands in place of the field while one cannot write.
function drawGate() {
  const one = me();
  const shut = one.deactivated || one.blocked || !started(one);
  if (!fresh(parts.gate, currentLanguage(), one.id, one.deactivated, one.blocked, started(one))) return;
  const held = parts.gate.contains(document.activeElement);
  view.element.classList.toggle("gated", shut);
  parts.gate.hidden = !shut;
  const button = (words, run) => h("button", { type: "button", class: "primary", onclick: run }, t(words));
  if (one.deactivated) fill(parts.gate, h("p", { class: "soft" }, t("chat.deactivated")));
  else if (one.blocked) fill(parts.gate, h("p", { class: "soft" }, t("chat.blocked")), button("chat.unblock", unblock));
  else if (shut) fill(parts.gate, button("chat.start", () => act("start", { person: chosen }).catch(refuse)));
  if (held && !shut) view.composer.field.focus();
}

function welcome() {
  const one = me();
  if (!one || started(one)) return h("p", {}, t("chat.empty"));
  return h("div", {}, about.description ? [h("b", {}, t("chat.what_bot_can")), h("p", { class: "words" }, about.description)] : null, h("p", {}, t("chat.start_hint")));
}

async function addPerson() {
  const values = await form(t("chat.add_person"), [
    { name: "name", label: t("chat.new_name"), required: true, maxLength: 64, hint: t("chat.add_person_hint") },
    { name: "language_code", label: t("chat.language"), options: [["ru", t("chat.russian")], ["en", t("chat.english")]], value: currentLanguage() },
  ], t("chat.add"));
  if (!values?.name.trim()) return;
  try {
    const made = await post("/control/person", { name: values.name.trim(), language_code: values.language_code });
    await heard("person", () => person(made.id));
    choose(made.id);
  } catch (error) {
    refuse(error);
  }
}

async function askLink() {
  const values = await form(t("chat.send_link"), [{ name: "link", label: t("chat.link"), value: `https://t.me/${state.bot.username}?start=`, required: true }], t("chat.start"));
  if (!values) return;
  if (startLink(values.link.trim())) openLink(values.link.trim(), { person: chosen });
  else toast(t("chat.not_bot_link", { bot: state.bot.username }), { wrong: true });
}

async function block() {
  if (await sure(t("chat.block_sure"), t("chat.block_why"), t("chat.block"))) act("block", { person: chosen }).catch(refuse);
}

function unblock() {
  act("unblock", { person: chosen }).then(() => toast(t("chat.unblocked"))).catch(refuse);
}

async function removeAccount() {
  if (await sure(t("chat.delete_account_sure"), t("chat.delete_account_why"), t("chat.delete_account"))) act("delete_account", { person: chosen }).catch(refuse);
}

async function switchTopics() {
  const wanted = !state.private_topics;
  try {
    await post("/api/private-topics", { on: wanted });
    toast(t(wanted ? "chat.topics_switched" : "chat.topics_switched_off"));
  } catch (error) {
    refuse(error);
  }
}

// "typing…": until it goes by, or the bot's words come.

const until = new Map();

function busy(chat, action) {
  until.set(chat, { action, end: performance.now() + BUSY });
  setTimeout(drawBusy, BUSY + 50);
  drawBusy();
}

function drawBusy() {
  const line = parts.bar.querySelector("small");
  const now = until.get(me()?.chat);
  const on = now && now.end > performance.now();
  if (!line) return;
  line.className = on ? "busy" : "";
  line.textContent = on ? t(now.action === "typing" ? "chat.typing" : "chat.doing") : `${t("chat.bot")} · @${state.bot.username}`;
}
