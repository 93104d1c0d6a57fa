// Speaking to the page's own server. What goes wrong there comes back as an Error whose message is a sentence.

async function answered(response) {
  let body;
  try {
    body = await response.json();
  } catch {
    throw new Error(`${response.status} ${response.statusText}`);
  }
  if (body.ok === false) throw new Error(body.description || String(response.status));
  return "result" in body ? body.result : body;
}

export async function get(path) {
  return answered(await fetch(path, { headers: { Accept: "application/json" } }));
}

export async function post(path, body = {}) {
  return answered(await fetch(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body),
  }));
}

// What somebody does at their Telegram: `act("say", {person: id, group: id?, topic: id?, text})`; see /control/do.
export function act(action, values) {
  return post("/control/do", { action, ...values });
}

// The bytes of a File or Blob as the server takes them in JSON.
export async function base64(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
