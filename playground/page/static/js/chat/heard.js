// Waiting for the page to have heard of something: the answer to a request may come before the event that tells of it.

import { on } from "../world.js";

// Resolves once `known()` is true, looked at whenever an event of those kinds comes.
export function heard(kinds, known) {
  if (known()) return Promise.resolve();
  return new Promise((resolve) => {
    const stop = on(kinds, () => { if (known()) { stop(); resolve(); } });
  });
}
