// The desk's power in the tour: switched off in the middle, and on again.

import { post } from "../api.js";
import { t } from "../words.js";
import { state } from "../world.js";

const START = 70_000; // milliseconds; a slow machine imports for a while

export const POWER = {
  async ready(tour) {
    if (state.desk.here === false) return;
    if (!state.desk.alive) await post("/api/desk/start");
    await tour.until(() => state.desk.ready, t("tour.no_start"), START);
  },
  async cut(tour) {
    await post("/api/desk/kill");
    await tour.until(() => !state.desk.alive, t("tour.no_start"));
  },
  async start(tour) {
    await post("/api/desk/start");
    await tour.until(() => state.desk.ready, t("tour.no_start"), START);
  },
};
