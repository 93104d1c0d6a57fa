// Waiting for the world, with a limit: what does not come is said in words, and a tour that is over waits for nothing.

import { on } from "../world.js";

// The tour has ended while something was awaited.
export class Over extends Error {}

// Something did not come about in time; `what` is a sentence for people.
export class Missing extends Error {
  constructor(what) {
    super(what);
    this.what = what;
  }
}

const LIMIT = 20_000; // milliseconds
const GLANCE = 250; // milliseconds; also for what is not told by an event

// What `find` returns once that is something; `signal` is the tour's AbortSignal.
export function until(signal, find, what, limit = LIMIT) {
  return new Promise((resolve, reject) => {
    let looking = false;
    const look = async () => {
      if (looking) return;
      looking = true;
      try {
        const found = await find();
        if (found) end(() => resolve(found));
      } catch (error) {
        if (error instanceof Missing) end(() => reject(error));
        // anything else: not yet
      } finally {
        looking = false;
      }
    };
    const end = (how) => {
      stopListening();
      clearInterval(glances);
      clearTimeout(limited);
      signal.removeEventListener("abort", over);
      how();
    };
    const over = () => end(() => reject(new Over()));
    const stopListening = on("*", look);
    const glances = setInterval(look, GLANCE);
    const limited = setTimeout(() => end(() => reject(new Missing(what))), limit);
    if (signal.aborted) over();
    else signal.addEventListener("abort", over);
    look();
  });
}

export function sleep(signal, milliseconds) {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Over());
    const over = () => { clearTimeout(timer); reject(new Over()); };
    const timer = setTimeout(() => { signal.removeEventListener("abort", over); resolve(); }, milliseconds);
    signal.addEventListener("abort", over, { once: true });
  });
}
