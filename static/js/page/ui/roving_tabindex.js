// @ts-check
/**
 * The log is one stop for the Tab key: arrows walk its lines, and only the line in focus offers its buttons.
 */

const STEPS = /** @type {Record<string, number>} */ ({ ArrowUp: -1, ArrowDown: 1 })

/** @param {HTMLElement} scroll @param {HTMLElement} list */
export function mount(scroll, list) {
  const gone = new AbortController()
  const { signal } = gone
  scroll.addEventListener(
    "keydown",
    (event) => {
      if (!STEPS[event.key] && event.key !== "Home" && event.key !== "End") return
      const next = nextLine(list, event.key)
      if (!next) return
      event.preventDefault()
      next.tabIndex = -1
      next.focus()
    },
    { signal },
  )
  list.addEventListener("focusin", (event) => offer(list, lineOf(event.target)), { signal })
  scroll.addEventListener(
    "focusout",
    (event) => {
      if (!scroll.contains(/** @type {Node | null} */ (event.relatedTarget))) offer(list, null)
    },
    { signal },
  )
  return () => gone.abort()
}

/** @param {HTMLElement} list @param {string} key @returns {HTMLElement | null} */
function nextLine(list, key) {
  const first = /** @type {HTMLElement | null} */ (list.firstElementChild)
  const last = /** @type {HTMLElement | null} */ (list.lastElementChild)
  if (key === "Home") return first
  const at = lineOf(document.activeElement)
  if (key === "End" || !at) return last
  return /** @type {HTMLElement | null} */ (
    STEPS[key] < 0 ? at.previousElementSibling : at.nextElementSibling
  )
}

/** @param {EventTarget | null} inside @returns {HTMLElement | null} */
function lineOf(inside) {
  return inside instanceof Element ? inside.closest("[data-log] > li") : null
}

/** @param {HTMLElement} list @param {HTMLElement | null} line */
function offer(list, line) {
  for (const button of list.querySelectorAll(".message-tools button[tabindex='0']"))
    button.setAttribute("tabindex", "-1")
  for (const button of line?.querySelectorAll(".message-tools button") ?? [])
    button.setAttribute("tabindex", "0")
}
