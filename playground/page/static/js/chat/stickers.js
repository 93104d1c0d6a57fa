// A few stickers to send: an emoji drawn large, since stickers of others are not ours to ship.

export const STICKERS = ["👍", "🙏", "😂", "😍", "🤔", "😢", "😡", "🎉", "❤️", "🔥", "👋", "🤝"];

export function drawn(emoji) {
  const canvas = document.createElement("canvas");
  canvas.width = 512;
  canvas.height = 512;
  const pen = canvas.getContext("2d");
  pen.font = "400px serif";
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillText(emoji, 256, 280);
  return new Promise((resolve) => canvas.toBlob((blob) => resolve(new File([blob], "sticker.webp", { type: blob.type })), "image/webp"));
}
