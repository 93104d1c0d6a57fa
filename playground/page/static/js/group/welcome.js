// What an empty place says: in General what to do first, in a fresh topic what it is for.

import { h } from "../dom.js";
import { show } from "../layout.js";
import { t } from "../words.js";

export function welcome(thread, anybody) {
  if (thread !== 1) return h("p", { class: "soft" }, t("group.empty_topic"));
  if (anybody) return h("p", { class: "soft" }, t("group.general_quiet"));
  return h("div", { class: "welcome" },
    h("h3", {}, t("group.welcome")),
    h("ol", {}, h("li", {}, t("group.welcome_1")), h("li", {}, t("group.welcome_2")), h("li", {}, t("group.welcome_3"))),
    h("button", { type: "button", class: "primary to-client", onclick: () => show("client") }, t("group.to_client")));
}
