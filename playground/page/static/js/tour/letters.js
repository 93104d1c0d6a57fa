// The tour's steps with letters: a client who writes by mail, is answered by mail, and goes on in Telegram.

import { get, post } from "../api.js";
import { follow } from "../mail/body.js";
import { look as lookInto } from "../mail/store.js";
import { emit, person } from "../world.js";
import { t } from "../words.js";
import {
  bubble, click, clientSays, engineerSays, groupChat, lastId, needed, openClient, openTopic, passTime, quietly, said, topicOfClient, type, usable, words,
} from "./hands.js";
import { Missing } from "./waiting.js";

const pane = (selector) => document.querySelector(`#pane-mail ${selector}`);
const who = (facts) => facts.mailer ?? (() => { throw new Missing(t("tour.no_mailbox")); })();
const inTopic = (facts) => said(groupChat(facts), needed(facts.mailTopic)).filter((one) => one.from_bot);
const told = (facts, text) => inTopic(facts).findLast((one) => words(one).includes(text));

async function boxOf(tour, address) {
  quietly(() => {
    emit("open", { pane: "mail", address });
    lookInto({ address, folder: "INBOX" });
    for (const back of document.querySelectorAll("#pane-mail .mail-back")) if (usable(back)) back.click();
  });
  tour.look("mail");
  await tour.beat(500);
}

async function compose(tour, { to, subject, text, from }) {
  const button = pane(".mail-compose");
  if (!usable(button)) return post("/api/mail/send", { from, to, cc: "", subject, text, html: null, attachments: [] });
  await click(tour, button);
  tour.look("mail", () => pane(".mail-composer"));
  if (!pane("#mail-to").value) await type(tour, pane("#mail-to"), to);
  await type(tour, pane("#mail-subject"), subject);
  await type(tour, pane("#mail-text"), text);
  await tour.beat(300);
  return click(tour, pane(".mail-composer .mail-foot .primary"));
}

const write = {
  name: "mail", title: ({ facts }) => t("tour.mail_title", { mailer: facts.mailerName ?? "" }), text: () => t("tour.mail_text"), look: { pane: "mail" },
  async act(tour) {
    const { facts } = tour;
    const { address, name } = who(facts);
    await boxOf(tour, address);
    const support = (await get("/api/mail")).find((one) => one.shared).address;
    facts.subject = t("tour.said_subject");
    const text = t("tour.said_mail", { mailer: name });
    facts.mailed = text.split("\n")[2]; // what tells the letter's words in the topic from the card, which has the subject alone
    await compose(tour, { to: support, subject: facts.subject, text, from: address });
    const found = await tour.until(() => topicOfClient(facts, name), t("tour.no_topic"));
    facts.mailTopic = found.message_thread_id;
    facts.mailNumber = found.name.split(" ")[0];
    await tour.beat(800);
    openTopic(facts, facts.mailTopic);
    tour.look("group", () => bubble("group", told(facts, needed(facts.mailed))));
  },
};

// The conversation as the mail server tells it, once it holds those words from somebody else.
async function heard(address, text) {
  const list = await get(`/api/mail/list?address=${encodeURIComponent(address)}&folder=INBOX&limit=20&q=`);
  return (list.conversations ?? []).find((one) => one.mails.some((each) => each.folder === "INBOX" && each.beginning.includes(text)));
}

// The open letter whose words, in a frame or not, hold those.
function letter(text) {
  return [...document.querySelectorAll("#pane-mail .mail-letter.open")].findLast((one) => {
    const inside = one.querySelector("iframe.mail-html")?.contentDocument?.body?.textContent ?? "";
    return one.textContent.includes(text) || inside.includes(text);
  });
}

const answered = {
  name: "posted", title: () => t("tour.posted_title"), text: () => t("tour.posted_text"), look: { pane: "group" },
  async act(tour) {
    const { facts } = tour;
    const { address, name } = who(facts);
    openTopic(facts, needed(facts.mailTopic));
    const about = await tour.until(() => told(facts, needed(facts.mailed)), t("tour.no_words"));
    facts.posted = t("tour.said_posted", { mailer: name.split(" ")[0] });
    await engineerSays(tour, facts.mailTopic, facts.posted, about);
    await tour.beat(500);
    await passTime({ seconds: 90 });
    const beginning = facts.posted.slice(0, 24);
    await tour.until(() => heard(address, beginning), t("tour.no_letter"), 30_000);
    await boxOf(tour, address);
    const row = await tour.until(() => [...document.querySelectorAll("#pane-mail .mail-row:not(.draft)")].find((one) => one.textContent.includes(facts.subject)), t("tour.no_letter"));
    await click(tour, row);
    await tour.until(() => letter(beginning), t("tour.no_letter"));
    letter(beginning).scrollIntoView({ block: "start" });
    tour.look("mail", () => letter(beginning));
  },
};

// The link in the letter that is open, as it stands in its words or in the frame with its looks.
function link() {
  for (const one of [...document.querySelectorAll("#pane-mail .mail-letter.open")].reverse()) {
    const places = [one, one.querySelector("iframe.mail-html")?.contentDocument?.body].filter(Boolean);
    const found = places.map((place) => place.querySelector('a[href*="start="]')).find(Boolean);
    if (found) return found;
  }
  return null;
}

const linked = {
  name: "link", title: () => t("tour.link_title"), text: ({ facts }) => t("tour.link_text", { mailer: facts.mailerName ?? "" }), look: { pane: "mail" },
  async act(tour) {
    const { facts } = tour;
    const { id } = who(facts);
    needed(facts.mailTopic);
    const found = await tour.until(link, t("tour.no_link"));
    found.scrollIntoView({ block: "center" });
    await tour.beat(900);
    const before = lastId(person(id).chat);
    quietly(() => follow(found.getAttribute("href")));
    await tour.until(() => said(person(id).chat).some((one) => one.from_bot && one.message_id > before), t("tour.no_receipt"));
    openClient(id);
    tour.look("client");
    await tour.beat(900);
    facts.elsewhere = t("tour.said_elsewhere");
    await clientSays(tour, id, facts.elsewhere);
    const arrived = () => told(facts, facts.elsewhere);
    await tour.until(arrived, t("tour.no_words"));
    openTopic(facts, facts.mailTopic);
    tour.look("group", () => bubble("group", arrived()));
  },
};

export const LETTERS = [write, answered, linked];
