// One more person with a mailbox.

import { post } from "../api.js";
import { fill, h, iconButton } from "../dom.js";
import { t } from "../words.js";
import { state } from "../world.js";
import { INBOX, look, mail } from "./store.js";

const DOMAIN = "client.example";
const LETTERS = "а a б b в v г g д d е e ё e ж zh з z и i й y к k л l м m н n о o п p р r с s т t у u ф f х h ц ts ч ch ш sh щ sch ъ _ ы y ь _ э e ю yu я ya".split(" ");
const LATIN = new Map(LETTERS.flatMap((one, at) => (at % 2 ? [] : [[one, LETTERS[at + 1].replace("_", "")]])));

const suggested = (name) => {
  const local = [...name.toLowerCase()].map((one) => LATIN.get(one) ?? one).join("").replace(/[^a-z0-9]+/g, ".").replace(/^\.|\.$/g, "");
  return local ? `${local}@${DOMAIN}` : "";
};

export function addPerson() {
  let typed = false; // whoever changed the address keeps it
  const without = state.people.filter((one) => !mail.boxes.some((box) => box.name === one.name));
  const names = h("datalist", { id: "mail-names" }, without.map((one) => h("option", { value: one.name })));
  const name = h("input", { id: "mail-new-name", list: "mail-names", autocomplete: "off", maxLength: 64, oninput: () => { if (!typed) address.value = suggested(name.value); } });
  const address = h("input", { id: "mail-new-address", inputMode: "email", autocomplete: "off", placeholder: `…@${DOMAIN}`, oninput: () => { typed = address.value !== ""; } });
  const wrong = h("div", { class: "mail-wrong", role: "alert" });
  const row = (label, input) => h("div", { class: "mail-field" }, h("label", { htmlFor: input.id }, label), input);
  const dialog = h("dialog", { class: "mail-dialog", "aria-labelledby": "mail-new-title" },
    h("form", { onsubmit: async (event) => {
      event.preventDefault();
      try {
        const result = await post("/api/mail/box", { name: name.value, address: address.value });
        if (result.why) return fill(wrong, t(`mail.box_${result.why}`, { which: result.which || "", domain: DOMAIN }));
        dialog.close();
        look({ address: result.address, folder: INBOX });
      } catch (error) {
        fill(wrong, error.message);
      }
    } },
    h("header", { role: "none" }, h("h2", { id: "mail-new-title" }, t("mail.add")), iconButton("close", t("mail.close"), () => dialog.close())),
    h("p", { class: "soft" }, t("mail.add_hint")), wrong, row(t("mail.person_name"), name), names, row(t("mail.person_address"), address),
    h("footer", {}, h("button", { type: "button", onclick: () => dialog.close() }, t("mail.cancel")), h("button", { class: "primary" }, t("mail.add_do")))));
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  name.focus();
}
