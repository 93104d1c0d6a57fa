// Pictures, films, sounds and files in a bubble; a picture opens in full in a dialog.

import { h, icon } from "../dom.js";
import { bytes, t } from "../words.js";
import { dialog } from "./dialogs.js";

const fileUrl = (id) => `/api/file/${encodeURIComponent(id)}`;

export function media(message) {
  for (const [kind, draw] of Object.entries(KINDS)) if (message[kind]) return h("div", { class: `media ${kind}`, dataset: { file: idOf(message, kind) } }, draw(message[kind], message));
  return null;
}

export function album(pieces) {
  const pictures = pieces.every((one) => one.photo || one.video);
  const shown = pieces.map((one, index) => {
    const element = media(one);
    if (element) element.dataset.piece = index;
    return element;
  });
  return h("div", { class: pictures ? `album n${Math.min(pieces.length, 10)}` : "album files" }, shown);
}

const idOf = (message, kind) => (kind === "photo" ? message.photo.at(-1) : message[kind]).file_id;

const KINDS = {
  animation: (one, message) => film(one, message, { loop: true, muted: true }),
  photo: picture,
  video: film,
  video_note: (one, message) => film({ ...one, file_name: t("chat.video_note") }, message),
  voice: (one) => sound(one, t("chat.voice")),
  audio: (one) => sound(one, [one.performer, one.title].filter(Boolean).join(" — ") || one.file_name || t("chat.audio")),
  sticker,
  document: file,
};

function picture(sizes, message) {
  const { file_id: id, width, height } = sizes.at(-1);
  const name = message.caption || t("chat.photo");
  const image = h("img", { alt: name, loading: "lazy", decoding: "async", draggable: false });
  image.addEventListener("load", () => { button.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`; });
  image.addEventListener("error", () => button.classList.add("broken"));
  image.src = fileUrl(id);
  const button = h("button", { type: "button", class: message.has_media_spoiler ? "picture hidden-media" : "picture", "aria-label": t("chat.open_photo", { name }), dataset: { key: `photo-${id}` },
    style: `aspect-ratio: ${width} / ${height}`, onclick: () => {
      if (button.classList.contains("hidden-media")) { button.classList.remove("hidden-media"); return; }
      dialog(t("chat.photo"), () => [
        h("img", { class: "full", src: fileUrl(id), alt: name }),
        message.caption ? h("p", {}, message.caption) : null,
        h("p", {}, h("a", { href: `${fileUrl(id)}?download=1`, download: "" }, t("chat.download"))),
      ], { wide: true });
    } }, image);
  return button;
}

function film(one, message, { loop = false, muted = false } = {}) {
  const player = h("video", { src: fileUrl(one.file_id), controls: true, loop, muted, preload: "metadata", playsInline: true, "aria-label": message.caption || one.file_name || t("chat.video") });
  player.addEventListener("error", () => player.replaceWith(file(one)));
  return player;
}

function sound(one, name) {
  const player = h("audio", { src: fileUrl(one.file_id), controls: true, preload: "metadata", "aria-label": name });
  const note = h("small", { class: "soft" }, [name, duration(one.duration)].filter(Boolean).join(" · "));
  // Not everything that is called a sound can be played here: then it is a file to keep.
  player.addEventListener("error", () => player.replaceWith(file({ ...one, file_name: one.file_name ?? name })));
  return [player, note];
}

function duration(seconds) {
  return seconds ? `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` : "";
}

function sticker(one) {
  const image = h("img", { src: fileUrl(one.file_id), alt: `${t("chat.sticker")} ${one.emoji ?? ""}`, width: 150, height: 150, draggable: false });
  image.addEventListener("error", () => image.replaceWith(h("span", { class: "as-emoji", role: "img", "aria-label": t("chat.sticker") }, one.emoji ?? "🙂")));
  return image;
}

function file(one) {
  const name = one.file_name ?? t("chat.document");
  return h("a", { class: "file", href: `${fileUrl(one.file_id)}?download=1`, download: name, dataset: { key: `file-${one.file_id}` }, "aria-label": t("chat.download_file", { name, size: bytes(one.file_size ?? 0) }) },
    h("span", { class: "badge" }, icon("file")), h("span", { class: "about" }, h("span", { class: "name", dir: "auto" }, name), h("small", { class: "soft" }, bytes(one.file_size ?? 0))));
}
