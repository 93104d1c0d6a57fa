// The desk as a whole: its tickets, what is on its way out, its lines and rules, the calls that it makes.

import { fill, h } from "../dom.js";
import { t } from "../words.js";
import { drawCalls } from "./calls.js";
import { asleep, badge, nothing, own, parcels, row, section, time } from "./parts.js";

const TABS = ["tickets", "outbox", "rules", "calls"];

export function drawOverview(body, data, view, deeds) {
  const panel = h("div", { role: "tabpanel", id: "thoughts-panel", "aria-labelledby": `thoughts-tab-${view.tab}` });
  fill(body, tabs(data, view, deeds), asleep(), panel);
  ({ tickets, outbox, rules, calls: drawCalls })[view.tab](panel, data, view, deeds);
}

function tabs(data, view, deeds) {
  const show = (tab) => { view.tab = tab; deeds.again(); };
  const arrows = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = TABS[(TABS.indexOf(view.tab) + step + TABS.length) % TABS.length];
    view.tab = next;
    event.currentTarget.querySelector(`#thoughts-tab-${next}`).focus();
    deeds.again();
  };
  return h("div", { class: "views", role: "tablist", "aria-label": t("thoughts.views"), onkeydown: arrows }, TABS.map((tab) => h("button", {
    type: "button", role: "tab", id: `thoughts-tab-${tab}`, "aria-selected": String(tab === view.tab), "aria-controls": "thoughts-panel",
    tabIndex: tab === view.tab ? 0 : -1, dataset: { key: `tab-${tab}` }, onclick: () => show(tab),
  }, t(`thoughts.tab_${tab}`), tab === "outbox" && data.outbox.count > 0 && h("span", { class: "count" }, data.outbox.count))));
}

function tickets(panel, data, view, deeds) {
  const total = data.counts.tickets.reduce((sum, one) => sum + one.count, 0);
  const { rows, older } = data.tickets;
  fill(
    panel,
    h("div", { class: "counts" }, data.counts.tickets.filter((one) => one.count).map((one) => h("span", { class: `state state-${one.status}` }, `${one.word} ${one.count}`))),
    h("p", { class: "small soft heard" }, heard(data)),
    data.quarantine.length > 0 && quarantine(data.quarantine),
    total > 0 && h("label", { class: "small" }, h("input", { type: "checkbox", checked: view.undone, dataset: { key: "undone" }, onchange: (event) => { view.undone = event.target.checked; view.more = 0; deeds.again(); } }), t("thoughts.undone")),
    rows.length
      ? h("ul", { class: "tickets", "aria-label": t("thoughts.tab_tickets") }, rows.map((one) => h("li", {}, ticket(one, deeds))))
      : nothing(total ? t("thoughts.no_undone") : t("thoughts.no_tickets")),
    older && h("button", { type: "button", dataset: { key: "older" }, onclick: () => { view.more += 1; deeds.again(); } }, t("thoughts.older_tickets")),
  );
}

function ticket(one, deeds) {
  const what = [own(one.client), one.line, one.taken_by && own(one.taken_by), one.priority !== "normal" && h("b", { class: `priority-${one.priority}` }, one.priority_word)];
  return h("button", { type: "button", class: "ticket", dataset: { key: `ticket-${one.id}`, ticket: one.id }, onclick: () => deeds.choose(one.id) },
    h("span", { class: "top" }, h("b", {}, one.number), h("span", { class: "subject" }, own(one.subject)), badge(one.status, one.status_word)),
    h("span", { class: "soft small" }, row(what)),
    one.next && h("span", { class: `small ${one.next.over ? "wrong" : "soft"}` }, `${one.next.word}: `, time(one.next.due)));
}

function heard({ heard: sources, counts }) {
  const raws = Object.fromEntries(counts.raws.map((one) => [one.state, one.count]));
  const waiting = raws.new + raws.working;
  return [
    t("thoughts.came_in", { count: counts.raws.reduce((sum, one) => sum + one.count, 0), done: raws.done }),
    waiting > 0 && ` · ${t("thoughts.waiting", { count: waiting })}`,
    " · ", t("thoughts.heard"),
    sources.map((one, index) => [index ? ", " : " ", h("span", { class: one.failing ? "wrong" : "", title: one.why }, one.word, " ",
      one.failing ? [t("thoughts.deaf_since"), " ", time(one.failing)] : one.at ? time(one.at) : t("thoughts.not_yet"))]),
  ];
}

const quarantine = (rows) => h("div", { class: "quarantine" }, h("b", {}, t("thoughts.quarantine", { count: rows.length })),
  h("ul", {}, rows.map((one) => h("li", { class: "small" }, `№${one.id} · ${one.channel} · `, time(one.at), ": ", own(one.error)))));

function outbox(panel, data, view, deeds) {
  fill(
    panel,
    h("div", { class: "counts" }, data.counts.outbox.filter((one) => one.count).map((one) => h("span", { class: `pill pill-${one.state}` }, `${one.word} ${one.count}`))),
    data.outbox.rows.length ? parcels(data.outbox.rows, deeds.choose) : nothing(t("thoughts.all_sent")),
    data.outbox.count > data.outbox.rows.length && nothing(t("thoughts.and_older", { count: data.outbox.count - data.outbox.rows.length })),
  );
}

function rules(panel, data) {
  fill(
    panel,
    section("rules", t("thoughts.rules"), h("p", { class: "small soft" }, t("thoughts.rules_hint")),
      h("ol", { class: "rules" }, data.rules.map((one) => h("li", {}, h("b", {}, one.rule), h("div", { class: "small" }, one.when), h("div", { class: "small soft" }, `→ ${one.does}`))))),
    section("lines", t("thoughts.lines"), h("ul", { class: "lines" }, data.lines.map((one) => h("li", {}, h("b", {}, one.title), h("span", { class: "soft" }, ` · ${one.name}${one.plan ? ` · ${t("thoughts.plan", { plan: one.plan })}` : ""}`))))),
  );
}
