// What the app or the server would not do, as a sentence in the page's language.

import { toast } from "../dom.js";
import { t } from "../words.js";

const KNOWN = [
  [/topic .* is closed/, "no_closed"], [/topic is not there/, "no_topic"], [/no new topic here/, "no_new_topic"],
  [/bot is blocked/, "no_blocked"], [/is not in the group/, "no_member"], [/no empty message/, "no_empty"], [/reply to/, "no_reply"],
  [/somebody else's/, "no_others"], [/message is deleted/, "no_message"], [/inline mode cannot be changed/, "no_inline_edit"],
  [/reaction .* not allowed/, "no_reaction"], [/no button/, "no_button"], [/no answer to the press/, "no_answer"], [/nothing offered/, "no_offer"],
  [/takes one answer/, "no_second_vote"], [/no open poll/, "no_poll"], [/no such thing/, "no_thing"], [/too large/i, "no_room"],
  [/Failed to fetch|NetworkError|Load failed|^50[0-9] /, "no_server"], [/quotes only/, "no_quote"], [/no inline mode/, "no_inline"],
];

export function sentence(error) {
  const said = String(error?.message ?? error);
  const found = KNOWN.find(([pattern]) => pattern.test(said));
  return found ? t(`chat.${found[1]}`) : t("chat.refused", { why: said });
}

export const refuse = (error) => toast(sentence(error), { wrong: true });
