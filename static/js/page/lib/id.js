// @ts-check
/** A fresh `event_id`. Not `randomUUID`: pages on a local network have no secure context. */
export function newId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")
}
