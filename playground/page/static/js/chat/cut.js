// A text that is longer than a message may be, as the app cuts it.

export const LIMIT = 4096; // units of a message (Bot API, sendMessage)

// In parts that one message can hold, cut at a line's or a word's end where there is one.
export function* cut(text) {
  let rest = text;
  while (rest.length > LIMIT) {
    const head = rest.slice(0, LIMIT);
    let at = Math.max(head.lastIndexOf("\n"), head.lastIndexOf(" "));
    if (at < LIMIT / 2) at = /[\ud800-\udbff]/.test(head.at(-1)) ? LIMIT - 1 : LIMIT;
    yield rest.slice(0, at);
    rest = rest.slice(at).trimStart();
  }
  if (rest) yield rest;
}
