// @ts-check
/**
 * What is wrong with a text before it is sent: pure. The server refuses the same, and never shortens what was
 * typed.
 */

/**
 * How many characters are too many, as the server counts them: code points of the composed form.
 * @param {string} text
 * @param {number} longest
 */
export function excess(text, longest) {
  if (text.length <= longest) return 0
  return Math.max(0, [...text.trim().normalize("NFC")].length - longest)
}

/**
 * Whether a page at `pageUrl` cannot load this address because it is not encrypted and the page is. The
 * visitor's own machine is no matter.
 * @param {string} address
 * @param {string} pageUrl
 */
export function isMixedContent(address, pageUrl) {
  if (!/^\s*http:\/\//i.test(address) || !URL.canParse(address)) return false
  const { hostname } = new URL(address)
  const here =
    hostname === "localhost" ||
    hostname.endsWith(".localhost") ||
    hostname === "[::1]" ||
    /^127(\.\d+){3}$/.test(hostname)
  return !here && new URL(pageUrl).protocol === "https:"
}
