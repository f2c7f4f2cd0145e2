// @ts-check
/** Checks of a text before it is sent. The server makes the same checks, and never truncates a text. Pure. */

/**
 * How many characters a text is too long, as the server counts them: code points of the NFC form.
 * @param {string} text
 * @param {number} longest
 */
export function excess(text, longest) {
  if (text.length <= longest) return 0
  return Math.max(0, [...text.trim().normalize("NFC")].length - longest)
}

/**
 * Whether a page at `pageUrl` cannot load an address because the page is encrypted and the address is not.
 * Addresses of the visitor's own machine are exempt.
 * @param {string} address
 * @param {string} pageUrl
 */
export function isMixedContent(address, pageUrl) {
  if (!/^\s*http:\/\//i.test(address) || !URL.canParse(address)) return false
  const { hostname } = new URL(address)
  const isLocal =
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d+){3}$/.test(hostname)
  return !isLocal && new URL(pageUrl).protocol === "https:"
}
