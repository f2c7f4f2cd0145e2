// @ts-check
/** Which engine plays here: the three differ in how they keep time. */

/** @returns {"chromium" | "firefox" | "webkit"} */
export function engine() {
  const agent = navigator.userAgent
  if (/Firefox\//.test(agent)) return "firefox"
  return /Chrom(e|ium)\//.test(agent) ? "chromium" : "webkit"
}

/** Under what to remember what was learned: another version may behave differently. */
export function version() {
  const found = /(Firefox|Chrom(?:e|ium)|Version)\/(\d+)/.exec(navigator.userAgent)
  return found ? `${engine()}-${found[2]}` : engine()
}
