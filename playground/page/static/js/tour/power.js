// The desk's power in the tour: switched off in the middle, and on again.

import { post } from "../api.js";
import { t } from "../words.js";
import { state } from "../world.js";
import { Missing } from "./waiting.js";

const START = 70_000; // milliseconds; a slow machine imports for a while

const order = (what) => post("/api/desk", { do: what });

// Everything as it should be before the tour begins: no fault left over, the desk at work.
export async function ready(tour) {
  if (!state.desk.here) throw new Missing(t("tour.no_desk"));
  await post("/api/faults", { do: "mend" });
  await start(tour);
}

export async function cut(tour) {
  await order("kill");
  await tour.until(() => !state.desk.alive, t("tour.no_cut"));
}

export async function start(tour) {
  order("start").catch(() => {}); // whether it came up is seen by what is told of it
  await tour.until(() => state.desk.ready, t("tour.no_start"), START);
}
