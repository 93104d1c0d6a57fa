// What stands in a letter that answers or passes on a mail: to whom, under which subject, with which quote.

import { fullTime, t } from "../words.js";
import * as drafts from "./drafts.js";
import { fullName, mail, url } from "./store.js";

const RE = /^\s*((re|fwd?|отв|на|пересл)(\[\d+\])?:\s*)+/i;

const line = (people) => people.map(fullName).join(", ");
const without = (people, ...addresses) => people.filter((one) => !addresses.includes(one.address.toLowerCase()));

function attribution(read) {
  return t("mail.wrote", { when: read.at ? fullTime(read.at) : "", who: read.from.map(fullName).join(", ") });
}

// "> " before every line, ">" alone before an empty one and before what is a quote already.
export function quoted(text) {
  return text.trimEnd().split("\n").map((one) => (one === "" || one.startsWith(">") ? `>${one}` : `> ${one}`)).join("\n");
}

// below: the answer comes after the quote, as people write who learnt it in the nineties.
export function reply(read, { all = false, below = false } = {}) {
  const own = mail.address.toLowerCase();
  const mine = read.from.some((one) => one.address.toLowerCase() === own);
  const asked = read.reply_to.length ? read.reply_to : read.from;
  const to = mine ? read.to : asked;
  const taken = to.map((one) => one.address.toLowerCase());
  const cc = all ? without([...(mine ? [] : read.to), ...read.cc], own, ...taken) : [];
  const quote = `${attribution(read)}\n${quoted(read.text)}`;
  return drafts.fresh(mail.address, {
    to: line(to), cc: line(cc), subject: `Re: ${read.subject.replace(RE, "")}`, text: below ? `${quote}\n\n` : `\n\n${quote}\n`,
    quote, in_reply_to: read.message_id, references: [...read.references, read.message_id].filter(Boolean),
    about: { folder: read.folder, uid: read.uid }, below,
  });
}

export async function forward(read) {
  const head = [
    t("mail.forwarded"), `${t("mail.from")}: ${line(read.from)}`, `${t("mail.to")}: ${line(read.to)}`,
    read.cc.length ? `${t("mail.cc")}: ${line(read.cc)}` : null, `${t("mail.subject")}: ${read.subject}`,
    read.at ? `${t("mail.date")}: ${fullTime(read.at)}` : null,
  ].filter(Boolean).join("\n");
  const files = await Promise.all(read.attachments.map(async ({ part, name, type }) => {
    const answer = await fetch(`${url("part", { folder: read.folder, uid: read.uid, part })}&download`);
    if (!answer.ok) throw new Error(name);
    return new File([await answer.blob()], name, { type });
  }));
  return drafts.fresh(mail.address, {
    subject: `Fwd: ${read.subject.replace(RE, "")}`, text: `\n\n${head}\n\n${read.text}\n`, files,
    about: { folder: read.folder, uid: read.uid },
  });
}

// The quote from under the answer to above it, and back.
export function turned(draft) {
  const rest = draft.text.replace(draft.quote, "").trim();
  const below = draft.text.trimStart().startsWith(draft.quote);
  return below ? `${rest}\n\n${draft.quote}\n` : `${draft.quote}\n\n${rest}`;
}
