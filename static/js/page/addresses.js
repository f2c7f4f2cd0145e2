// @ts-check
/** Addresses as people type them: pure. */

/** `example.com/film.mp4` means https; a path of this server stays what it is. @param {string} typed */
export function completed(typed) {
  const address = typed.trim()
  if (!address || /^[a-z][a-z0-9+.-]*:\/\//i.test(address) || /^\/(?!\/)/.test(address)) return address
  return `https://${address.replace(/^\/\//, "")}`
}
