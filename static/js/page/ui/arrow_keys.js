// @ts-check
/**
 * A list is one stop for the Tab key: arrows walk its lines, and only the line that was last in focus offers
 * its buttons.
 */

const STEPS = /** @type {Record<string, number>} */ ({
  ArrowUp: -1,
  ArrowDown: 1,
  Home: -Infinity,
  End: Infinity,
})

/**
 * Its buttons are out of the Tab key's way in their template.
 * @param {HTMLElement} list @param {AbortSignal} signal
 * @returns {() => void} to be called when the lines are others
 */
export function mount(list, signal) {
  list.addEventListener("keydown", (event) => walk(list, event), { signal })
  list.addEventListener("focusin", (event) => offer(list, lineOf(list, event.target)), { signal })
  return () => {
    if (!list.querySelector(":scope > [data-offers]")) offer(list, list.firstElementChild)
  }
}

/** @param {HTMLElement} list @param {KeyboardEvent} event */
function walk(list, event) {
  const by = STEPS[event.key]
  const line = lineOf(list, event.target)
  if (!by || !line || event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return
  const place = [...list.children].indexOf(line) + by
  const next = list.children[Math.min(Math.max(place, 0), list.childElementCount - 1)]
  event.preventDefault()
  counterpart(next, line, /** @type {HTMLElement} */ (event.target))?.focus()
}

/**
 * In another line what one is at in this one.
 * @param {Element} next
 * @param {Element} line
 * @param {HTMLElement} at
 * @returns {HTMLElement | undefined}
 */
function counterpart(next, line, at) {
  if (at === line) return /** @type {HTMLElement} */ (next)
  const buttons = [...next.querySelectorAll("button")].filter((button) => button.offsetParent)
  const [kind] = Object.keys(at.dataset)
  return buttons.find(({ dataset }) => kind in dataset) ?? buttons[0]
}

/** @param {HTMLElement} list @param {EventTarget | null} inside */
function lineOf(list, inside) {
  let at = inside instanceof Element ? inside : null
  while (at && at.parentElement !== list) at = at.parentElement
  return at
}

/** @param {HTMLElement} list @param {Element | null} line */
function offer(list, line) {
  const before = list.querySelector(":scope > [data-offers]")
  if (before === line || !line) return
  before?.removeAttribute("data-offers")
  line.toggleAttribute("data-offers", true)
  for (const button of before?.querySelectorAll("button") ?? []) button.tabIndex = -1
  for (const button of line.querySelectorAll("button")) button.tabIndex = 0
}
