// Where a link leads: the bot's own links open here in the page, everything else in a tab of its own.

import { act } from "./api.js";
import { toast } from "./dom.js";
import { choose } from "./chat/dialogs.js";
import { refuse } from "./chat/refusals.js";
import { safe } from "./chat/text.js";
import { emit, messages, person, state } from "./world.js";
import { t } from "./words.js";

// `person` is the id of whoever follows the link; without one it is asked.
export function openLink(url, { person: who = null } = {}) {
  const start = startLink(url);
  if (start) return openBot(start.payload, who);
  const topic = topicLink(url);
  if (topic) return void emit("open-topic", topic);
  if (!safe(url)) return void toast(t("chat.bad_link"), { wrong: true });
  window.open(url, "_blank", "noopener,noreferrer");
}

// t.me/<bot>, t.me/<bot>?start=…, tg://resolve?domain=<bot>&start=…: {payload} or null.
export function startLink(url) {
  const at = parsed(url);
  if (!at) return null;
  const ours = (name) => name?.toLowerCase() === state.bot.username.toLowerCase();
  if (/^(www\.)?(t|telegram)\.(me|dog)$/.test(at.hostname) && ours(at.pathname.slice(1).replace(/\/$/, ""))) return { payload: at.searchParams.get("start") ?? "" };
  if (at.protocol === "tg:" && /resolve/.test(url) && ours(at.searchParams.get("domain"))) return { payload: at.searchParams.get("start") ?? "" };
  return null;
}

// t.me/c/<id>/<thread>[/<message>] as the page's event has it, or null.
function topicLink(url) {
  const at = parsed(url);
  const found = at && /^(www\.)?(t|telegram)\.(me|dog)$/.test(at.hostname) && at.pathname.match(/^\/c\/(\d+)\/(\d+)(?:\/(\d+))?\/?$/);
  return found ? { chat: Number(`-100${found[1]}`), topic: Number(found[2]), message: found[3] ? Number(found[3]) : null } : null;
}

function parsed(url) {
  try {
    return new URL(/^[\w-]+(\.[\w-]+)+\//.test(url) ? `https://${url}` : url);
  } catch {
    return null;
  }
}

async function openBot(payload, who) {
  const choices = state.people.filter((one) => !one.deactivated).map((one) => ({ label: one.name, value: one.id }));
  const id = who ?? (await choose(t("chat.open_as"), choices, { hint: t("chat.open_as_hint") }));
  if (id === null || !person(id)) return;
  emit("open", { pane: "client", person: id });
  if (!payload && messages(person(id).chat).size) return; // the chat is there already: nothing is said again
  try {
    await act("start", { person: id, payload });
  } catch (error) {
    refuse(error);
  }
}
