// @ts-check
/** Addresses as people type them: pure. */

const LONGEST = 64
const TAIL = 20

/** Short enough to be read on a phone, with its host and its end. @param {string} address */
export function shortened(address) {
  return address.length <= LONGEST ? address : `${address.slice(0, LONGEST - TAIL)}…${address.slice(-TAIL)}`
}

/** `example.com/film.mp4` means https; a path of this server stays what it is. @param {string} typed */
export function completed(typed) {
  const address = typed.trim()
  if (!address || /^[a-z][a-z0-9+.-]*:\/\//i.test(address) || /^\/(?!\/)/.test(address)) return address
  return `https://${address.replace(/^\/\//, "")}`
}
