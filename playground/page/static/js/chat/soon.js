// Work that many events ask for, done once for all of them: with the next frame, or shortly when nobody looks.

export function soon(work) {
  let waiting = false;
  const run = () => { if (waiting) { waiting = false; work(); } };
  return () => {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(run);
    setTimeout(run, 120);
  };
}
