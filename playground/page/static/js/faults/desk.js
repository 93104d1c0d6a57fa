// The desk's own part of the panel: whether it runs, kill and start, its log, the count that shows that nothing got lost.

import { get } from "../api.js";
import { fill, h, iconButton } from "../dom.js";
import { t } from "../words.js";
import { on, state } from "../world.js";
import { phase, tellDesk, wish } from "./active.js";

const OFTEN = 700; // milliseconds between two counts, however much happens

export function deskPart() {
  const status = h("p", { class: "desk-status" });
  const kill = h("button", { type: "button", class: "danger", dataset: { desk: "kill" }, onclick: () => tellDesk("kill") }, t("controls.kill"));
  const start = h("button", { type: "button", class: "primary", dataset: { desk: "start" }, onclick: () => tellDesk("start") }, t("controls.start"));
  const counts = h("div", { class: "losses" });
  const element = h("div", { class: "desk-part" },
    h("div", { class: "desk-line" }, status, kill, start, h("button", { type: "button", dataset: { desk: "log" }, onclick: showLog }, t("controls.log"))),
    counts);
  const update = () => {
    const { alive, ready, code } = state.desk;
    status.className = `desk-status ${ready ? "good" : alive ? "busy" : "bad"}`;
    const fell = state.desk.phase === "fell" && code !== null ? ` (${t("controls.desk_code", { code })})` : "";
    fill(status, t("controls.desk_is", { phase: phase() }) + fell);
    // The one that was pressed must not vanish under the finger: both stay, one rests.
    const held = [kill, start].includes(document.activeElement);
    kill.disabled = !alive;
    start.disabled = alive;
    if (held) (alive ? kill : start).focus(); // a button at rest cannot keep the focus
  };
  return { element, update, count: counting(counts) };
}

// Counts what got lost when asked to, at most every so often, and always once after the last wish.
function counting(place) {
  let waiting = null;
  const look = async () => {
    const found = await get("/api/losses").catch(() => null);
    if (found && place.isConnected) fill(place, table(found));
    waiting = null;
  };
  return (now = false) => {
    if (now && !waiting) return look();
    waiting ??= setTimeout(look, OFTEN);
    return null;
  };
}

export function followLosses(count) {
  on(["message", "mailbox", "mail", "desk", "fault", "clock", "thoughts", "call"], () => count());
}

function table({ said, kept, waiting, lost, written, answers }) {
  if (said === undefined) return [];
  const cell = (name, number, kind = "") => h("div", { class: `loss ${kind}`, dataset: { loss: name } }, h("dd", {}, String(number)), h("dt", {}, t(`controls.loss_${name}`)));
  return [
    h("h4", {}, t("controls.losses")),
    h("dl", {},
      cell("said", said), cell("kept", kept), cell("waiting", waiting, waiting ? "busy" : ""), cell("lost", lost, lost ? "bad" : "good"),
      cell("written", written), cell("sent", answers.sent), cell("queued", answers.waiting, answers.waiting ? "busy" : ""), cell("failed", answers.failed, answers.failed ? "bad" : "")),
  ];
}

async function showLog() {
  const text = await wish(async () => {
    const answer = await fetch("/api/desk/log");
    if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
    return answer.text();
  });
  if (text === null) return;
  const words = h("pre", { tabIndex: 0, "aria-label": t("controls.log_title") }, text.trim() || t("controls.log_empty"));
  const dialog = h("dialog", { class: "log", "aria-labelledby": "log-title", onclose: () => dialog.remove() },
    h("header", { role: "none" }, h("h2", { id: "log-title" }, t("controls.log_title")), iconButton("close", t("controls.close"), () => dialog.close())), words);
  document.body.append(dialog);
  dialog.showModal();
  words.scrollTop = words.scrollHeight;
}
