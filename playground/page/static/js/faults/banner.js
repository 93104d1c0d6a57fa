// The line below the header that says what is out of order, with a way out of each and of all.

import { fill, h, icon } from "../dom.js";
import { t } from "../words.js";
import { state } from "../world.js";
import { blocked, called, faults, isDown, mend, phase, progressOf, switchOff, tellDesk, unblock, wholeNameOf } from "./active.js";

let drawn = "";

export function drawBanner(banner) {
  const chips = [
    ...faults().map((one) => ({ id: one.key, name: wholeNameOf(one.key), more: progressOf(one), off: () => switchOff(one.key) })),
    ...blocked().map((one) => ({ id: `block.${one.id}`, name: t("controls.f_blocked", { name: called(one) }), more: "", off: () => unblock(one.id) })),
  ];
  const now = JSON.stringify([chips, isDown() && phase(), t("controls.mend")]);
  if (now === drawn) return;
  drawn = now;
  banner.hidden = !chips.length && !isDown();
  const focused = banner.contains(document.activeElement) ? document.activeElement.dataset.off : null;
  fill(
    banner,
    icon("bolt", { size: 18 }),
    isDown() && h("strong", {}, `${t("controls.desk_is", { phase: phase() })}.`.replace("….", "…"), " ", h("span", {}, t("controls.desk_banner"))),
    isDown() && h("button", { type: "button", class: "primary", dataset: { off: "start" }, disabled: state.desk.phase === "starting", onclick: () => tellDesk("start") }, t("controls.start")),
    chips.length > 0 && h("span", { class: "hidden-words" }, t("controls.now_wrong")),
    h("ul", {}, chips.map(chip)),
    chips.length > 0 && h("button", { type: "button", dataset: { off: "mend" }, onclick: mend }, t("controls.mend")),
  );
  if (focused) (banner.querySelector(`[data-off="${focused}"]:enabled`) ?? banner.querySelector("button:enabled") ?? document.querySelector(".faults-open")).focus();
}

function chip({ id, name, more, off }) {
  const label = t("controls.switch_off", { name });
  return h("li", { title: name }, h("span", {}, name, more && h("small", {}, ` — ${more}`)),
    h("button", { type: "button", class: "icon", dataset: { off: id }, title: label, "aria-label": label, onclick: off }, icon("close", { size: 16 })));
}
