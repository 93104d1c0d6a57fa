// How one gets at a message and its menu: by keyboard, by the right button, by a long touch.

export function reach(list) {
  list.log.addEventListener("contextmenu", (event) => context(list, event));
  longPress(list);
}

// Arrows, Home and End go through the bubbles, Enter opens what can be done with one.
export function travel(list, event) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  const on = event.target === list.log || event.target.dataset.message || event.target.classList.contains("more");
  if (!on) return;
  if (event.target.dataset.message && (event.key === "Enter" || (event.shiftKey && event.key === "F10"))) {
    event.preventDefault();
    event.target.querySelector(".more")?.click();
  } else if (step || event.key === "Home" || event.key === "End") {
    event.preventDefault();
    if (event.key === "Home") { while (list.first) list.earlier(); }
    const at = list.rows.indexOf(list.current);
    let next = event.key === "Home" ? 0 : event.key === "End" ? list.rows.length - 1 : event.target === list.log ? at : at + step;
    if (next < 0) {
      const before = list.rows.length;
      list.earlier();
      next = list.rows.length - before - 1;
    }
    const row = list.rows[Math.min(Math.max(next, 0), list.rows.length - 1)];
    if (!row) return;
    list.rove(row);
    row.bubble.focus({ preventScroll: true });
    row.element.scrollIntoView({ block: "nearest" });
  }
}

function messageAt(list, target) {
  const id = Number(target.closest?.(".msg")?.dataset.message);
  return list.all.find((one) => one.message_id === id);
}

function context(list, event) {
  const message = messageAt(list, event.target);
  if (!message || event.target.closest("a, img, video, audio") || !getSelection().isCollapsed) return;
  event.preventDefault();
  list.view.menu(message, event.target.closest(".msg").querySelector(".more"), event);
}

function longPress(list) {
  let waiting = 0;
  const stop = () => clearTimeout(waiting);
  list.log.addEventListener("pointerdown", (event) => {
    const message = event.pointerType === "touch" && !event.target.closest("button, a, audio, video") ? messageAt(list, event.target) : null;
    if (message) waiting = setTimeout(() => list.view.menu(message, event.target.closest(".msg").querySelector(".more"), event), 500);
  });
  for (const kind of ["pointerup", "pointercancel", "pointermove", "scroll"]) list.log.addEventListener(kind, stop, { passive: true });
}
