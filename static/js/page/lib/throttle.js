// @ts-check
/** Often asked, seldom done, and always the last. */

/**
 * Calls `act` at once, then at most once every `gapMs`; of what came in between, only the last.
 * @template T
 * @param {number} gapMs
 * @param {(value: T) => void} act
 * @returns {(value: T) => void}
 */
export function lastWithin(gapMs, act) {
  let lastMs = -Infinity
  let timer = 0
  /** @type {T} */
  let newest

  function go() {
    timer = 0
    lastMs = performance.now()
    act(newest)
  }

  return (value) => {
    newest = value
    if (timer) return
    const waitMs = lastMs + gapMs - performance.now()
    if (waitMs <= 0) go()
    else timer = setTimeout(go, waitMs)
  }
}
