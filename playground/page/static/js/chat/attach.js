// What goes along with a message: files chosen, dropped or pasted, a place, a contact, a sticker, a poll.

import { act } from "../api.js";
import { fill, h, iconButton, toast } from "../dom.js";
import { person } from "../world.js";
import { bytes, t } from "../words.js";
import { dialog, form } from "./dialogs.js";
import { openMenu } from "./menu.js";
import { refuse } from "./refusals.js";
import { drawn, STICKERS } from "./stickers.js";
import { upload } from "./upload.js";

const ALBUM = 10; // files of an album
const LARGEST = 60 * 1024 * 1024; // bytes that this page takes; the app itself takes 2 GB
const BOTS = 20 * 1024 * 1024; // bytes that a bot can fetch (Bot API, getFile)
const PICTURES = /^image\/(png|jpeg|webp)$/;
const FILMS = /^video\/(mp4|webm)$/;

export class Attach {
  constructor(composer) {
    this.composer = composer;
    this.button = iconButton("attach", "", () => this.open(), { "aria-haspopup": "menu" });
    this.progress = h("div", { class: "uploads" });
  }

  dress() {
    this.button.title = t("chat.attach");
    this.button.setAttribute("aria-label", t("chat.attach"));
  }

  open() {
    openMenu(this.button, { items: [
      { label: t("chat.attach_media"), icon: "photo", run: () => this.pick("image/*,video/mp4,video/webm", false) },
      { label: t("chat.attach_file"), icon: "file", run: () => this.pick("", true) },
      { label: t("chat.location"), icon: "place", run: () => this.location() },
      { label: t("chat.contact"), icon: "person", run: () => this.contact() },
      { label: t("chat.sticker"), icon: "smile", run: () => this.sticker() },
      { label: t("chat.poll"), icon: "poll", run: () => this.poll() },
    ] });
  }

  pick(accept, asFiles) {
    const input = h("input", { type: "file", multiple: true, accept, hidden: true, onchange: () => { this.offer([...input.files], asFiles); input.remove(); }, oncancel: () => input.remove() });
    this.composer.element.append(input);
    input.click();
  }

  paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.offer(files, false);
  }

  acceptDropsOn(element) {
    const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files") && !this.composer.bar.hidden;
    element.addEventListener("dragover", (event) => { if (carries(event)) { event.preventDefault(); element.classList.add("dropping"); } });
    element.addEventListener("dragleave", (event) => { if (!element.contains(event.relatedTarget)) element.classList.remove("dropping"); });
    element.addEventListener("drop", (event) => {
      if (!carries(event)) return;
      event.preventDefault();
      element.classList.remove("dropping");
      this.offer([...event.dataTransfer.files], false);
    });
  }

  // The files once more before they go, with a caption and the choice to send pictures as files.
  async offer(files, asFiles) {
    const tooLarge = files.filter((one) => one.size > LARGEST);
    if (tooLarge.length) toast(t("chat.no_room_for", { names: tooLarge.map((one) => one.name).join(", "), most: bytes(LARGEST) }), { wrong: true });
    const empty = files.filter((one) => !one.size);
    if (empty.length) toast(t("chat.empty_file", { names: empty.map((one) => one.name).join(", ") }), { wrong: true });
    const good = files.filter((one) => one.size && one.size <= LARGEST);
    if (!good.length) return;
    const place = this.composer.place();
    const urls = [];
    const asked = await dialog(t("chat.send_files", { count: good.length }), (close) => {
      const caption = h("textarea", { rows: 2, maxLength: 1024, value: this.composer.field.value.slice(0, 1024), autofocus: true });
      const compress = h("input", { type: "checkbox", checked: !asFiles });
      const media = good.some((one) => PICTURES.test(one.type) || FILMS.test(one.type));
      const send = () => close({ caption: caption.value.trim(), compress: media && compress.checked });
      caption.addEventListener("keydown", (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); send(); } });
      return h("div", { class: "fields" },
        h("ul", { class: "files" }, good.map((one) => h("li", {}, thumb(one, urls), h("span", { dir: "auto" }, one.name), h("small", { class: "soft" }, bytes(one.size))))),
        good.some((one) => one.size > BOTS) ? h("p", { class: "hint" }, t("chat.too_large_for_bots", { most: bytes(BOTS) })) : null,
        media ? h("label", { class: "check" }, compress, h("span", {}, t("chat.as_media"))) : null,
        h("label", {}, h("span", {}, t("chat.caption")), caption),
        h("div", { class: "row-of-buttons" }, h("button", { type: "button", onclick: () => close() }, t("chat.cancel")), h("button", { type: "button", class: "primary", onclick: send }, t("chat.send"))));
    });
    urls.forEach((url) => URL.revokeObjectURL(url));
    if (!asked) return;
    this.composer.fill("");
    this.composer.drop();
    let { caption } = asked;
    for (const group of groups(good.map((file) => ({ file, kind: asked.compress ? kindOf(file) : "document" })))) {
      await this.send(place, group, { caption });
      caption = "";
    }
  }

  // One upload with its bar and a way to stop it.
  async send(place, files, how = {}) {
    const stop = new AbortController();
    const bar = h("progress", { max: 1, value: 0, "aria-label": t("chat.uploading") });
    const line = h("div", { class: "upload" }, h("span", {}, files.map(({ file }) => file.name).join(", ")), bar, iconButton("close", t("chat.stop"), () => stop.abort()));
    this.progress.append(line);
    try {
      return await upload(place, files, { ...how, signal: stop.signal, onProgress: (share) => { bar.value = share; } });
    } catch (error) {
      if (error.name !== "AbortError") refuse(error);
      return null;
    } finally {
      line.remove();
    }
  }

  async location() {
    const values = await form(t("chat.location"), [
      { name: "latitude", label: t("chat.latitude"), type: "number", value: "55.75393", required: true },
      { name: "longitude", label: t("chat.longitude"), type: "number", value: "37.62080", required: true },
    ], t("chat.send"));
    if (!values) return;
    const [latitude, longitude] = [Number(values.latitude), Number(values.longitude)];
    if (!(Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180)) { toast(t("chat.no_place"), { wrong: true }); return; }
    this.act("send_location", { latitude, longitude });
  }

  async contact() {
    const me = person(this.composer.view.me());
    const values = await form(t("chat.contact"), [
      { name: "first_name", label: t("chat.name"), value: me?.name ?? "", required: true, maxLength: 64 },
      { name: "phone", label: t("chat.phone"), value: "+7 900 000-00-01", type: "tel", required: true, maxLength: 32 },
    ], t("chat.send"));
    if (values) this.act("send_contact", { ...values, own: values.first_name === me?.name });
  }

  async sticker() {
    const emoji = await dialog(t("chat.sticker"), (close) => h("div", { class: "stickers" }, STICKERS.map((one) => h("button", { type: "button", "aria-label": one, onclick: () => close(one) }, one))));
    if (!emoji) return;
    const place = this.composer.place();
    this.composer.drop();
    await this.send(place, [{ file: await drawn(emoji), kind: "sticker" }], { extra: { emoji } });
  }

  async poll() {
    const values = await form(t("chat.poll"), [
      { name: "question", label: t("chat.question"), required: true, maxLength: 300 },
      { name: "options", label: t("chat.options"), rows: 4, value: t("chat.options_sample"), required: true },
    ], t("chat.send"));
    if (!values) return;
    const options = values.options.split("\n").map((one) => one.trim()).filter(Boolean).slice(0, 12);
    if (options.length < 2) { toast(t("chat.two_options"), { wrong: true }); return; }
    this.act("send_poll", { question: values.question, options });
  }

  async act(action, values) {
    const place = this.composer.place();
    this.composer.drop();
    try {
      await act(action, { ...place, ...values });
    } catch (error) {
      refuse(error);
    }
  }
}

function kindOf({ type }) {
  if (PICTURES.test(type)) return "photo";
  if (type === "image/gif") return "animation";
  return FILMS.test(type) ? "video" : type.startsWith("audio/") ? "audio" : "document";
}

// Albums as the app makes them: pictures and films together, files by themselves, ten at most.
function groups(files) {
  const album = (kind) => (["photo", "video"].includes(kind) ? "media" : kind);
  const made = [];
  for (const one of files) {
    const last = made.at(-1);
    if (last && last.length < ALBUM && album(last[0].kind) === album(one.kind) && one.kind !== "animation") last.push(one);
    else made.push([one]);
  }
  return made;
}

function thumb(file, urls) {
  if (!PICTURES.test(file.type)) return fill(h("span", { class: "badge", "aria-hidden": "true" }), "📄");
  urls.push(URL.createObjectURL(file));
  return h("img", { src: urls.at(-1), alt: "", width: 40, height: 40 });
}
