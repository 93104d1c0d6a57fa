// What the app says by itself, in words: topics opened and closed, people who came and went, pins.

import { person } from "../world.js";
import { t } from "../words.js";
import { inBrief } from "./text.js";

export const nameOf = (user) => (user ? [user.first_name, user.last_name].filter(Boolean).join(" ") : "");

export function serviceWords(message) {
  const who = message.sender_chat?.title ?? nameOf(message.from);
  const about = message[message.kind];
  switch (message.kind) {
    case "forum_topic_created": return t("chat.topic_created", { who, name: about.name });
    case "forum_topic_edited": return t(about.name ? "chat.topic_renamed" : "chat.topic_icon", { who, name: about.name ?? "" });
    case "forum_topic_closed": return t("chat.topic_closed", { who });
    case "forum_topic_reopened": return t("chat.topic_reopened", { who });
    case "pinned_message": return t("chat.pinned_by", { who, what: inBrief(about, 40) });
    case "new_chat_members": return t("chat.joined", { who: about.map(nameOf).join(", ") });
    case "left_chat_member": return t("chat.left", { who: nameOf(about) });
    case "migrate_to_chat_id": case "migrate_from_chat_id": return t("chat.migrated");
    case "new_chat_title": return t("chat.retitled", { who, name: about });
    default: return t("chat.service", { who, kind: message.kind });
  }
}

export const personName = (id) => nameOf(person(id)) || String(id);
