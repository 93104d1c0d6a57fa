// A mail as it lies on the server, letter by letter.

import { h, iconButton, toast } from "../dom.js";
import { t } from "../words.js";
import { url } from "./store.js";

export async function showSource(read) {
  const text = h("pre", { class: "mail-source", tabIndex: 0, "aria-label": t("mail.source") }, t("mail.loading"));
  const place = { folder: read.folder, uid: read.uid };
  const copy = h("button", { type: "button", onclick: async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      toast(t("mail.copied"));
    } catch {
      getSelection().selectAllChildren(text); // no clipboard on a plain address that is not this machine's
      toast(t("mail.select_copy"));
    }
  } }, t("mail.copy"));
  const dialog = h("dialog", { class: "mail-dialog wide", "aria-labelledby": "mail-source-title" },
    h("header", { role: "none" }, h("h2", { id: "mail-source-title" }, t("mail.source")), iconButton("close", t("mail.close"), () => dialog.close())),
    text,
    h("footer", {}, copy, h("a", { class: "button", href: `${url("raw", place)}&download`, download: "" }, t("mail.as_eml"))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  try {
    const answer = await fetch(url("raw", place));
    text.textContent = answer.ok ? await answer.text() : t("mail.away");
  } catch {
    text.textContent = t("page.lost");
  }
}
