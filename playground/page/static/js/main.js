// The page put together: the snapshot first, the panes, then the stream.

import * as client from "./client.js";
import * as clock from "./clock.js";
import * as faults from "./faults.js";
import * as group from "./group.js";
import * as layout from "./layout.js";
import * as mail from "./mail.js";
import * as thoughts from "./thoughts.js";
import * as tour from "./tour.js";
import { toast } from "./dom.js";
import { useLanguage } from "./words.js";
import { listen, load, state } from "./world.js";

const PLACES = [
  [client, "pane-client"], [group, "pane-group"], [mail, "pane-mail"], [thoughts, "pane-thoughts"],
  [clock, "clock"], [faults, "faults"], [tour, "start-tour"],
];

async function begin() {
  await load();
  useLanguage(layout.wantedLanguage(state.language));
  layout.mount();
  for (const [part, place] of PLACES) {
    try {
      part.mount(document.getElementById(place));
    } catch (error) {
      console.error(error); // the other panes are of use without this one
      toast(String(error), { wrong: true });
    }
  }
  listen();
  document.documentElement.dataset.ready = "true";
}

begin();
