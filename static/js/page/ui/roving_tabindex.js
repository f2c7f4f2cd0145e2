// @ts-check
/**
 * Roving tabindex: a list is one tab stop. Arrow keys, Home and End move between its items, and only the buttons
 * of the current item are tab stops. Templates give all of these buttons `tabindex="-1"`.
 */

const KEYS = new Set(["ArrowUp", "ArrowDown", "Home", "End"])

/**
 * @param {HTMLElement} list
 * @param {AbortSignal} signal
 * @returns {() => void} to be called after the items changed
 */
export function mountRovingTabindex(list, signal) {
  list.addEventListener("keydown", (event) => move(list, event), { signal })
  list.addEventListener("focusin", ({ target }) => makeCurrent(list, itemOf(list, target)), { signal })
  return () => {
    if (!list.querySelector(":scope > [data-offers]")) makeCurrent(list, list.firstElementChild)
  }
}

/**
 * For a list that scrolls: the keys work in the whole scroller, starting at the end, and focus the item itself.
 * No item is current while the focus is elsewhere.
 * @param {HTMLElement} scroller
 * @param {HTMLElement} list
 */
export function mountScrolledRovingTabindex(scroller, list) {
  const controller = new AbortController()
  const { signal } = controller
  scroller.addEventListener("keydown", (event) => moveInScroller(list, event), { signal })
  list.addEventListener("focusin", ({ target }) => makeCurrent(list, itemOf(list, target)), { signal })
  const leave = (/** @type {FocusEvent} */ { relatedTarget }) => {
    if (!scroller.contains(/** @type {Node | null} */ (relatedTarget))) clearCurrent(list)
  }
  scroller.addEventListener("focusout", leave, { signal })
  return () => controller.abort()
}

/** @param {HTMLElement} list @param {KeyboardEvent} event */
function move(list, event) {
  const item = itemOf(list, event.target)
  if (!KEYS.has(event.key) || !item || event.defaultPrevented) return
  if (event.altKey || event.ctrlKey || event.metaKey) return
  event.preventDefault()
  counterpart(itemAt(list, item, event.key) ?? item, item, /** @type {HTMLElement} */ (event.target))?.focus()
}

/** @param {HTMLElement} list @param {KeyboardEvent} event */
function moveInScroller(list, event) {
  if (!KEYS.has(event.key)) return
  const next = itemAt(list, itemOf(list, document.activeElement), event.key)
  if (!(next instanceof HTMLElement)) return
  event.preventDefault()
  next.tabIndex = -1
  next.focus()
}

/**
 * @param {HTMLElement} list
 * @param {Element | null} item
 * @param {string} key
 * @returns {Element | null} null beyond either end
 */
function itemAt(list, item, key) {
  if (key === "Home") return list.firstElementChild
  if (key === "End" || !item) return list.lastElementChild
  return key === "ArrowUp" ? item.previousElementSibling : item.nextElementSibling
}

/**
 * The element of `next` that corresponds to `focused` in `item`.
 * @param {Element} next
 * @param {Element} item
 * @param {HTMLElement} focused
 * @returns {HTMLElement | undefined}
 */
function counterpart(next, item, focused) {
  if (focused === item) return /** @type {HTMLElement} */ (next)
  const buttons = [...next.querySelectorAll("button")].filter((button) => button.offsetParent)
  const [kind] = Object.keys(focused.dataset)
  return buttons.find(({ dataset }) => kind in dataset) ?? buttons[0]
}

/** @param {HTMLElement} list @param {EventTarget | null} inside */
function itemOf(list, inside) {
  let element = inside instanceof Element && list.contains(inside) ? inside : null
  while (element && element.parentElement !== list) element = element.parentElement
  return element
}

/** @param {HTMLElement} list @param {Element | null} item */
function makeCurrent(list, item) {
  if (!item || item.hasAttribute("data-offers")) return
  clearCurrent(list)
  item.toggleAttribute("data-offers", true)
  setTabIndex(item, 0)
}

/** @param {HTMLElement} list */
function clearCurrent(list) {
  const item = list.querySelector(":scope > [data-offers]")
  if (!item) return
  item.removeAttribute("data-offers")
  setTabIndex(item, -1)
}

/** @param {Element} item @param {number} tabIndex */
function setTabIndex(item, tabIndex) {
  for (const button of item.querySelectorAll("button")) button.tabIndex = tabIndex
}
