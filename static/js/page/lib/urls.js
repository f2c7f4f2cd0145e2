// @ts-check
/** Addresses as people type them: pure. */

const LONGEST = 64
const TAIL = 20

/** Short enough to be read on a phone, with its host and its end. @param {string} address */
export function shortened(address) {
  return address.length <= LONGEST ? address : `${address.slice(0, LONGEST - TAIL)}…${address.slice(-TAIL)}`
}

/**
 * `example.com/film.mp4` means https; a path of this server stays what it is, and so does what names no host:
 * the server says that it is no address.
 * @param {string} typed
 */
export function completed(typed) {
  const address = typed.trim()
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(address) || /^\/(?!\/)/.test(address)) return address
  const rest = address.replace(/^\/\//, "")
  return namesHost(rest) ? `https://${rest}` : address
}

/**
 * Without a scheme a word is no host: that has a dot or a port, or is this machine.
 * @param {string} address
 */
function namesHost(address) {
  const [, host, port] = /^([^/?#:[\]]+|\[[\da-f:.]+\])(:\d+)?(?:[/?#]|$)/i.exec(address) ?? []
  if (!host || /[\s%]/.test(host)) return false
  if (port || host.startsWith("[") || /^localhost$/i.test(host)) return true
  const labels = host.replace(/[.\u3002]$/, "").split(/[.\u3002]/)
  if (labels.length < 2 || labels.includes("")) return false
  return !/^\d+$/.test(labels[labels.length - 1]) || /^\d+(\.\d+){3}$/.test(host)
}
