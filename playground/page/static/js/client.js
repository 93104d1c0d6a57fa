import { h } from "./dom.js";
import { t } from "./words.js";

export function mount(root) {
  root.append(h("h2", {}, t("page.client")));
}
