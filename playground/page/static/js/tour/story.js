// What the tour tells: a client, an engineer, a letter, a week of silence, a power cut, and a request closed.
// Rule: a step finds out by itself what has come about, so that it also works after somebody has interfered.

import { here } from "../group/here.js";
import { currentLanguage, t } from "../words.js";
import { person } from "../world.js";
import { cast } from "./cast.js";
import {
  bubble, clientSays, clientShows, engineerSays, groupChat, lastId, needed, openClient, openTopic, passByButton, passTime, press, quietly, said,
  topicOfClient, words,
} from "./hands.js";
import { LETTERS } from "./letters.js";
import * as power from "./power.js";

const chatOf = (facts) => person(needed(facts.anna)).chat;
const toAnna = (facts, after) => said(chatOf(facts)).filter((one) => one.from_bot && one.message_id > after);
const inTopic = (facts) => said(groupChat(facts), needed(facts.topic));
const card = (facts) => inTopic(facts).find((one) => one.from_bot && one.keyboard.length > 0);
const relayed = (facts, text) => inTopic(facts).find((one) => one.from_bot && one !== card(facts) && words(one).includes(text));

const hello = {
  name: "hello", title: () => t("tour.hello_title"), text: () => t("tour.hello_text"),
  async act(tour) {
    const { facts } = tour;
    facts.before = new Set(here()?.topics.map((one) => one.message_thread_id));
    await power.ready(tour);
    Object.assign(facts, await cast(currentLanguage()));
    await tour.until(() => person(facts.anna) && (!facts.mailer || person(facts.mailer.id)), t("tour.no_people"));
  },
};

const write = {
  name: "write", title: ({ facts }) => t("tour.write_title", { client: facts.annaName ?? "" }),
  text: ({ facts }) => t("tour.write_text", { client: facts.annaName ?? "" }), look: { pane: "client" },
  async act(tour) {
    const { facts } = tour;
    openClient(needed(facts.anna));
    await tour.beat();
    const before = lastId(chatOf(facts));
    await clientSays(tour, facts.anna, "/start");
    await tour.until(() => toAnna(facts, before).length, t("tour.no_receipt"));
    await tour.beat(400);
    facts.problem = t("tour.said_problem");
    facts.asked = lastId(chatOf(facts));
    await clientSays(tour, facts.anna, facts.problem);
    await tour.beat(400);
    facts.photo = t("tour.said_photo");
    await clientShows(tour, facts.anna, facts.photo);
  },
};

const receipt = {
  name: "receipt", title: () => t("tour.receipt_title"), text: () => t("tour.receipt_text"), look: { pane: "client" },
  async act(tour) {
    const { facts } = tour;
    openClient(needed(facts.anna));
    const found = () => toAnna(facts, needed(facts.asked))[0];
    await tour.until(found, t("tour.no_receipt"));
    tour.look("client", () => bubble("client", found()));
  },
};

const topic = {
  name: "topic", title: () => t("tour.topic_title"), text: () => t("tour.topic_text"), look: { pane: "group" },
  async act(tour) {
    const { facts } = tour;
    const found = await tour.until(() => topicOfClient(facts, needed(facts.annaName)), t("tour.no_topic"));
    facts.topic = found.message_thread_id;
    facts.number = found.name.split(" ")[0];
    openTopic(facts, facts.topic);
    await tour.until(() => card(facts), t("tour.no_card"));
    await tour.until(() => relayed(facts, facts.photo), t("tour.no_words"));
    tour.look("group", () => bubble("group", card(facts)));
  },
};

const take = {
  name: "take", title: ({ facts }) => t("tour.take_title", { engineer: facts.engineerName ?? "" }), text: () => t("tour.take_text"), look: { pane: "group" },
  async act(tour) {
    const { facts } = tour;
    openTopic(facts, needed(facts.topic));
    await tour.beat();
    const found = await tour.until(() => card(facts), t("tour.no_card"));
    await press(tour, "group", found, 0);
    await tour.beat();
    const note = await engineerSays(tour, facts.topic, t("tour.said_note"));
    tour.look("group", () => bubble("group", note));
  },
};

const answer = {
  name: "answer", title: () => t("tour.answer_title"), text: ({ facts }) => t("tour.answer_text", { engineer: facts.engineerName ?? "" }), look: { pane: "group" },
  async act(tour) {
    const { facts } = tour;
    openTopic(facts, needed(facts.topic));
    const about = await tour.until(() => relayed(facts, facts.photo), t("tour.no_words"));
    const before = lastId(chatOf(facts));
    const text = t("tour.said_answer", { client: facts.annaName });
    await engineerSays(tour, facts.topic, text, about);
    await tour.beat();
    await passTime({ seconds: 60 });
    const arrived = () => toAnna(facts, before).find((one) => words(one).includes(text));
    await tour.until(arrived, t("tour.no_answer"));
    openClient(facts.anna);
    tour.look("client", () => bubble("client", arrived()));
  },
};

const ask = {
  name: "ask", title: () => t("tour.ask_title"), text: ({ facts }) => t("tour.ask_text", { engineer: facts.engineerName ?? "" }), look: { pane: "group" },
  async act(tour) {
    const { facts } = tour;
    openTopic(facts, needed(facts.topic));
    await tour.beat();
    const before = lastId(chatOf(facts));
    await engineerSays(tour, facts.topic, t("tour.said_ask"));
    await tour.beat();
    await passTime({ seconds: 60 });
    await tour.until(() => toAnna(facts, before).length, t("tour.no_answer"));
    openClient(facts.anna);
    tour.look("client", () => bubble("client", toAnna(facts, before)[0]));
  },
};

const week = {
  name: "week", title: () => t("tour.week_title"), text: () => t("tour.week_text"), look: { pane: "client" },
  async act(tour) {
    const { facts } = tour;
    openClient(needed(facts.anna));
    const before = lastId(chatOf(facts));
    tour.frame(() => document.getElementById("clock"));
    await passByButton(tour, "week");
    if (toAnna(facts, before).length === 0) await passTime({ by: "day" }); // asked on a day off
    await tour.until(() => toAnna(facts, before).length, t("tour.no_reminder"));
    tour.look("client", () => bubble("client", toAnna(facts, before)[0]));
  },
};

const fault = {
  name: "fault", title: () => t("tour.fault_title"), text: ({ facts }) => t("tour.fault_text", { client: facts.annaName ?? "" }), look: { pane: "client" },
  async act(tour) {
    const { facts } = tour;
    tour.frame(() => document.getElementById("faults"));
    await tour.beat();
    await power.cut(tour);
    openClient(needed(facts.anna));
    tour.look("client");
    facts.model = t("tour.said_model");
    const message = await clientSays(tour, facts.anna, facts.model);
    tour.look("client", () => bubble("client", message));
  },
};

const back = {
  name: "back", title: () => t("tour.back_title"), text: () => t("tour.back_text"), look: { pane: "group" },
  async act(tour) {
    const { facts } = tour;
    tour.frame(() => document.getElementById("faults"));
    await power.start(tour);
    openTopic(facts, needed(facts.topic));
    const found = () => relayed(facts, needed(facts.model));
    await tour.until(found, t("tour.no_words"));
    tour.look("group", () => bubble("group", found()));
  },
};

const solved = {
  name: "solved", title: () => t("tour.solved_title"),
  text: ({ facts }) => t("tour.solved_text", { engineer: facts.engineerName ?? "", client: facts.annaName ?? "" }), look: { pane: "group" },
  async act(tour) {
    const { facts } = tour;
    openTopic(facts, needed(facts.topic));
    await tour.beat();
    const before = lastId(chatOf(facts));
    await engineerSays(tour, facts.topic, t("tour.said_solved"));
    await tour.beat();
    await passTime({ seconds: 60 });
    const question = () => toAnna(facts, before).find((one) => one.keyboard.length > 0);
    await tour.until(question, t("tour.no_question"));
    openClient(facts.anna);
    tour.look("client", () => bubble("client", question()));
    await tour.beat(1200);
    facts.solvedAt = question().message_id;
    await press(tour, "client", question(), 0);
    await tour.until(() => toAnna(facts, facts.solvedAt).length, t("tour.no_question"));
  },
};

const mark = {
  name: "mark", title: () => t("tour.mark_title"), text: () => t("tour.mark_text"), look: { pane: "client" },
  async act(tour) {
    const { facts } = tour;
    openClient(needed(facts.anna));
    const stars = () => toAnna(facts, needed(facts.solvedAt)).find((one) => one.keyboard.flat().length === 5);
    for (let days = 0; days < 5 && !stars(); days += 1) await passByButton(tour, "day");
    await tour.until(stars, t("tour.no_mark"));
    tour.look("client", () => bubble("client", stars()));
    await tour.beat(1200);
    await press(tour, "client", stars(), 4);
    await tour.beat(600);
    openTopic(facts, needed(facts.topic));
    tour.look("thoughts");
    await tour.beat(900);
    quietly(() => document.querySelector('#pane-thoughts [data-key="to-state"]')?.click());
    tour.look("thoughts", () => document.querySelector("#pane-thoughts .machine-frame"));
    await tour.beat(300);
    document.querySelector("#pane-thoughts .machine .status.now")?.scrollIntoView({ block: "center" });
  },
};

const end = { name: "end", title: () => t("tour.end_title"), text: () => t("tour.end_text"), look: { pane: "client" } };

export const STEPS = [hello, write, receipt, topic, take, answer, ...LETTERS, ask, week, fault, back, solved, mark, end];
