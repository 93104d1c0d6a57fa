// Files on their way to the server, as they are and not as text, with how far they have come.

// Sends `files` as one message (several: one album); `how` is "photo", "video", "document", "audio", "voice", "sticker", …
// Resolves when the message is there; `onProgress(share)` hears 0…1; `signal` stops it.
export function upload(place, files, { how, caption = "", extra = {}, onProgress = () => {}, signal } = {}) {
  const body = new FormData();
  for (const [name, value] of Object.entries({ ...place, caption, ...extra })) if (value !== undefined && value !== "") body.append(name, value);
  for (const { file, kind } of files.map((one) => (one.file ? one : { file: one, kind: how }))) body.append(kind, file, file.name ?? "file.bin");
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", "/api/upload");
    request.setRequestHeader("X-Otvet", "1");
    request.responseType = "json";
    request.upload.onprogress = (event) => { if (event.lengthComputable) onProgress(event.loaded / event.total); };
    request.onload = () => (request.response?.ok ? resolve(request.response.result) : reject(new Error(request.response?.description ?? `${request.status} ${request.statusText}`)));
    request.onerror = () => reject(new Error("Failed to fetch"));
    request.onabort = () => reject(new DOMException("stopped", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}
