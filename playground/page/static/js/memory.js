// What this browser remembers of a person's choices from visit to visit.

export function recall(name, otherwise = null) {
  try {
    return JSON.parse(localStorage.getItem(`otvet.${name}`)) ?? otherwise;
  } catch {
    return otherwise; // a private window, or words of an older version
  }
}

export function remember(name, value) {
  try {
    localStorage.setItem(`otvet.${name}`, JSON.stringify(value));
  } catch { /* a private window: for this visit only */ }
}
