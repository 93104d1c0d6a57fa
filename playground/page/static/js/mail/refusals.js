// Why a letter did not go out, in a sentence of ours around the server's own words.

import { h } from "../dom.js";
import { t } from "../words.js";

export function said({ why, which, refused = [] }) {
  if (why === "away") return [h("p", {}, t("mail.send_away")), h("code", {}, which)];
  if (why) return [h("p", {}, t(`mail.why_${why}`, { which }))];
  const advice = refused.some((one) => /^552/.test(one.said)) ? "mail.why_size" : refused.some((one) => /^4/.test(one.said)) ? "mail.why_later" : refused.some((one) => /^550 5\.1\.1/.test(one.said)) ? "mail.why_unknown" : null;
  return [
    h("p", {}, t("mail.refused")),
    refused.map((one) => h("code", {}, one.who && !one.said.includes(one.who) ? `${one.who}: ${one.said}` : one.said)),
    advice ? h("p", {}, t(advice)) : null,
  ];
}
