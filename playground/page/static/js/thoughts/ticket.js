// One ticket: the rule that decided, its state among all states, its promises, what goes out, what happened, whose it is.

import { fill, h } from "../dom.js";
import { fullTime, t } from "../words.js";
import { machine } from "./machine.js";
import { asleep, badge, length, nothing, own, parcels, row, section, time } from "./parts.js";

const MORE = 60;
const PARTS = ["rule", "state", "promises", "outbox", "trail", "client"];

export function drawTicket(body, ticket, view, deeds) {
  fill(
    body,
    chips(body, ticket, view),
    asleep(),
    summary(ticket, deeds),
    h("div", { class: "sides" },
      h("div", {}, rule(ticket.rule), state(ticket, view, deeds), promises(ticket.promises)),
      h("div", {}, outbox(ticket.outbox), trail(ticket.trail, view, deeds), client(ticket.who, deeds))),
  );
}

// To that part, where the next ticket will begin as well.
export function goTo(body, part) {
  const to = body.querySelector(`.part-${part}`);
  if (to) body.scrollTop += to.getBoundingClientRect().top - body.getBoundingClientRect().top - body.querySelector(".views").offsetHeight;
}

// Where to go in a pane that is seldom as high as all this; the counts say what there is.
function chips(body, ticket, view) {
  const counts = { outbox: ticket.outbox.rows.filter((one) => ["queued", "sending", "held", "failed"].includes(one.state)).length };
  const go = (part) => { view.part = part; goTo(body, part); };
  return h("div", { class: "views", role: "group", "aria-label": t("thoughts.parts") }, PARTS.map((part) => h("button", {
    type: "button", dataset: { key: `to-${part}` }, onclick: () => go(part),
  }, t(`thoughts.to_${part}`), counts[part] > 0 && h("span", { class: "count" }, counts[part]))));
}

function summary(ticket, deeds) {
  const what = [own(ticket.client), ticket.line, ticket.type, ticket.priority !== "normal" && ticket.priority_word, ticket.taken_by && own(t("thoughts.taken_by", { name: ticket.taken_by }))];
  return h("div", { class: "summary" },
    badge(ticket.status, ticket.status_word),
    h("span", { class: "soft small" }, row(what)),
    ticket.topic && h("button", { type: "button", class: "link small", dataset: { key: "topic" }, onclick: () => deeds.topic(ticket.topic) }, t("thoughts.to_topic")));
}

function rule({ rule: name, line, asked, later }) {
  const others = asked.filter((one) => !one.matched);
  return section("rule", t("thoughts.rule"),
    h("p", { class: "decided" }, h("b", {}, t("thoughts.quoted", { name })), " → ", t("thoughts.on_line", { line })),
    h("ul", { class: "asked" },
      asked.filter((one) => one.matched).map((one) => h("li", { class: "matched" }, h("span", { class: "mark", "aria-hidden": "true" }, "✓"),
        h("div", {}, h("b", {}, one.rule), `: ${t("thoughts.fits")}, ${one.why}`, one.does && h("span", { class: "soft" }, ` → ${one.does}`)))),
      others.map((one) => h("li", {}, h("span", { class: "mark", "aria-hidden": "true" }, "–"),
        h("div", {}, h("b", {}, one.rule), `: ${t("thoughts.fits_not")}, ${one.why}`))),
      later.map((one) => h("li", { class: "soft" }, h("span", { class: "mark", "aria-hidden": "true" }, "·"),
        h("div", {}, h("b", {}, one), `: ${t("thoughts.not_asked")}`)))));
}

function state(ticket, view, deeds) {
  const look = (status) => { view.from = status; deeds.again(); };
  const { way } = ticket.state;
  return section("state", t("thoughts.state"),
    machine(ticket.machine, ticket.id, ticket.state, view.from, look),
    h("ol", { class: "way", "aria-label": t("thoughts.way") }, way.map((hop, index) => h("li", {},
      time(hop.at), " ", h("b", {}, hop.word), index > 0 && hop.step_word && h("span", { class: "soft" }, ` · ${hop.step_word}`, hop.who && [", ", own(hop.who)])))));
}

function promises({ plan, clocks, next, later }) {
  const rows = clocks.map((one) => h("li", { class: one.broken ? "broken" : one.ended ? "kept" : one.running ? "running" : "stands" },
    h("div", { class: "top" }, h("b", {}, one.word), h("span", { class: "small" }, verdict(one))),
    one.limit !== null && h("progress", { max: one.limit, value: Math.min(one.used, one.limit), "aria-label": one.word }),
    h("div", { class: "small soft" }, one.said)));
  if (next) rows.push(h("li", { class: "following" }, h("div", { class: "top" }, h("b", {}, next.word), h("span", { class: "small" }, time(next.due, fullTime(next.due))))));
  if (later) rows.push(h("li", {}, t("thoughts.put_off", { at: fullTime(later) })));
  return section("promises", t("thoughts.promises"),
    h("p", { class: "small soft" }, plan ? t("thoughts.plan", { plan }) : t("thoughts.no_plan")),
    rows.length ? h("ul", { class: "clocks" }, rows) : nothing(t("thoughts.no_promise")));
}

function verdict(one) {
  if (one.ended) return t(one.broken ? "thoughts.was_late" : "thoughts.was_kept");
  if (one.broken) return t("thoughts.over");
  return `${t("thoughts.left", { length: length(one.left) })}${one.running ? "" : ` · ${t("thoughts.stands")}`}`;
}

function outbox({ rows, count }) {
  return section("outbox", t("thoughts.outbox"),
    rows.length ? parcels(rows) : nothing(t("thoughts.outbox_empty")),
    count > rows.length && nothing(t("thoughts.and_older", { count: count - rows.length })));
}

function trail({ rows, count }, view, deeds) {
  const more = () => { view.entries = rows.length + MORE; deeds.again(); };
  return section("trail", t("thoughts.trail"),
    h("ol", { class: "trail" }, rows.map((one) => h("li", { class: one.who ? "person" : "machine-did" },
      h("div", { class: "small soft" }, time(one.at), " · ", h("span", { class: "who" }, own(one.who || t("thoughts.desk_did")))),
      h("div", {}, one.what, one.more && h("span", { class: "soft" }, ": ", own(one.more)))))),
    count > rows.length && h("button", { type: "button", dataset: { key: "older" }, onclick: more }, t("thoughts.older", { count: count - rows.length })));
}

function client(who, deeds) {
  const doors = who.doors.map((one) => h("li", { class: one.shut ? "shut" : "" }, own(one.shown), h("span", { class: "soft" }, ` · ${one.proof}`)));
  const what = [who.organisation && own(who.organisation), who.plan && t("thoughts.plan", { plan: who.plan }), who.banned && t("thoughts.banned"), who.forgotten && t("thoughts.forgotten")];
  return section("client", t("thoughts.client"),
    h("p", {}, h("b", {}, own(who.name || t("thoughts.nameless"))), " ", h("span", { class: "soft" }, row(what))),
    h("ul", { class: "doors" }, doors, who.others.map((one) => h("li", {}, own(one), h("span", { class: "soft" }, ` · ${t("thoughts.takes_part")}`)))),
    who.linked.map((one) => h("p", { class: "small soft" }, t("thoughts.linked", { at: fullTime(one.at), proof: one.proof }))),
    who.tickets.length > 0 && h("p", { class: "small" }, t("thoughts.also"), " ", who.tickets.map((one, index) => [index > 0 && ", ",
      h("button", { type: "button", class: "link", title: `${one.status_word} · ${one.subject}`, dataset: { key: `also-${one.id}` }, onclick: () => deeds.choose(one.id) }, one.number)])));
}
