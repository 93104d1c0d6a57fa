// A voice message: from the microphone where there is one, otherwise a short sound that is made here.

import { fill, h, icon, iconButton } from "../dom.js";
import { t } from "../words.js";
import { dialog } from "./dialogs.js";

const RATE = 8000; // samples per second of the sound that is made here
const LONGEST = 300; // seconds

export class Voice {
  constructor(composer) {
    this.composer = composer;
    this.recording = null;
    this.button = iconButton("mic", "", () => this.start(), { class: "icon mic" });
    this.element = h("div", { class: "recording", hidden: true });
  }

  dress() {
    this.button.title = t("chat.record");
    this.button.setAttribute("aria-label", t("chat.record"));
  }

  async start() {
    if (this.recording) return;
    let stream;
    try {
      if (!navigator.mediaDevices || !window.MediaRecorder) throw new Error("no microphone");
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      this.offerSample();
      return;
    }
    const recorder = new MediaRecorder(stream);
    const parts = [];
    const began = performance.now();
    const seconds = () => Math.round((performance.now() - began) / 1000);
    const timer = h("span", { role: "timer" }, "0:00");
    const ticking = setInterval(() => {
      timer.textContent = `${Math.floor(seconds() / 60)}:${String(seconds() % 60).padStart(2, "0")}`;
      if (seconds() >= LONGEST) recorder.stop();
    }, 500);
    let keep = true;
    const end = (yes) => { keep = yes; if (recorder.state !== "inactive") recorder.stop(); };
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = () => {
      clearInterval(ticking);
      stream.getTracks().forEach((track) => track.stop());
      this.recording = null;
      this.element.hidden = true;
      this.composer.bar.hidden = false;
      const type = (recorder.mimeType || "audio/webm").split(";")[0];
      const blob = new Blob(parts, { type });
      if (keep && blob.size) this.send(new File([blob], `voice.${type.split("/")[1]}`, { type }), Math.max(1, seconds()));
    };
    this.recording = recorder;
    recorder.start();
    fill(this.element, h("span", { class: "red", "aria-hidden": "true" }), timer, h("span", { class: "soft" }, t("chat.recording")),
      h("button", { type: "button", onclick: () => end(false) }, t("chat.cancel")), h("button", { type: "button", class: "primary", onclick: () => end(true) }, icon("send", { size: 18 }), t("chat.send")));
    this.element.hidden = false;
    this.composer.bar.hidden = true;
  }

  async offerSample() {
    const yes = await dialog(t("chat.voice"), (close) => [h("p", {}, t("chat.no_microphone")), h("div", { class: "row-of-buttons" },
      h("button", { type: "button", onclick: () => close() }, t("chat.cancel")), h("button", { type: "button", class: "primary", onclick: () => close(true) }, t("chat.send_sample")))]);
    if (yes) this.send(sample(), 2);
  }

  send(file, duration) {
    const place = this.composer.place();
    this.composer.drop();
    return this.composer.attach.send(place, [{ file, kind: "voice" }], { extra: { duration } });
  }
}

// Two seconds of four notes, as a WAV file.
function sample() {
  const notes = [523.25, 659.25, 783.99, 1046.5];
  const count = RATE * 2;
  const view = new DataView(new ArrayBuffer(44 + count * 2));
  const letters = (at, text) => [...text].forEach((letter, index) => view.setUint8(at + index, letter.charCodeAt(0)));
  letters(0, "RIFF");
  view.setUint32(4, 36 + count * 2, true);
  letters(8, "WAVEfmt ");
  [[16, 16, 4], [20, 1, 2], [22, 1, 2], [24, RATE, 4], [28, RATE * 2, 4], [32, 2, 2], [34, 16, 2]].forEach(([at, value, size]) => (size === 4 ? view.setUint32(at, value, true) : view.setUint16(at, value, true)));
  letters(36, "data");
  view.setUint32(40, count * 2, true);
  for (let at = 0; at < count; at += 1) {
    const part = count / notes.length;
    const fade = Math.sin((Math.PI * (at % part)) / part);
    view.setInt16(44 + at * 2, 9000 * fade * Math.sin((2 * Math.PI * notes[Math.floor(at / part)] * at) / RATE), true);
  }
  return new File([view.buffer], "voice.wav", { type: "audio/wav" });
}
