// The page put together: the frame at once, then the snapshot, the panes, the stream.

import * as client from "./client.js";
import * as clock from "./clock.js";
import * as faults from "./faults.js";
import * as group from "./group.js";
import * as layout from "./layout.js";
import * as mail from "./mail.js";
import * as thoughts from "./thoughts.js";
import * as tour from "./tour.js";
import { fill, h, toast } from "./dom.js";
import { t, useLanguage } from "./words.js";
import { listen, load } from "./world.js";

const PLACES = [
  [client, "pane-client"], [group, "pane-group"], [mail, "pane-mail"], [thoughts, "pane-thoughts"],
  [clock, "clock"], [faults, "faults"], [tour, "start-tour"],
];

async function begin() {
  const loading = load();
  loading.catch(() => {}); // looked at below, when there is a frame to say it in
  useLanguage(layout.wantedLanguage());
  layout.mount();
  try {
    await loading;
  } catch (error) {
    failed(error);
    return;
  }
  for (const [part, place] of PLACES) {
    try {
      part.mount(document.getElementById(place));
    } catch (error) {
      console.error(error); // the other panes are of use without this one
      toast(String(error), { wrong: true });
    }
  }
  listen();
  performance.mark("ready");
  document.documentElement.dataset.ready = "true";
}

function failed(error) {
  fill(document.getElementById("lost"), t("page.failed"), " ", h("span", { class: "soft" }, error.message), " ",
    h("button", { type: "button", onclick: () => location.reload() }, t("page.again")));
}

begin();
