// @ts-check
/**
 * Reordering of list lines: by dragging, with a mouse by the whole line and with a finger by its grip; and by arrow keys.
 * Lines have the id of their entry in `data-entry`; a list with `data-fixed` cannot be reordered.
 */

const EDGE_PX = 48
const SCROLL_PX = 12
const BEGIN_PX = 4 // a shorter movement is a click

/**
 * @param {HTMLElement} list
 * @param {(entryId: string, before: string | null) => void} moved
 * @param {AbortSignal} signal
 */
export function mount(list, moved, signal) {
  /** @type {{line: HTMLElement, pointer: number, fromY: number, next: Element | null, active: boolean} | null} */
  let drag = null
  let onEnd = () => {}

  list.addEventListener(
    "pointerdown",
    (event) => {
      const line = "fixed" in list.dataset ? null : draggedLine(event)
      if (line)
        drag = {
          line,
          pointer: event.pointerId,
          fromY: event.clientY,
          next: line.nextElementSibling,
          active: false,
        }
    },
    { signal },
  )
  list.addEventListener(
    "pointermove",
    (event) => {
      if (!drag || event.pointerId !== drag.pointer) return
      if (!drag.active && Math.abs(event.clientY - drag.fromY) > BEGIN_PX) begin()
      if (drag.active) follow(list, drag.line, event.clientY)
    },
    { signal },
  )
  const end = (/** @type {PointerEvent} */ event) =>
    event.pointerId === drag?.pointer && finish(event.type === "pointerup")
  for (const type of /** @type {const} */ (["pointerup", "pointercancel"]))
    list.addEventListener(type, end, { signal })
  document.addEventListener("keydown", (event) => event.key === "Escape" && drag?.active && finish(false), {
    signal,
    capture: true,
  })

  function begin() {
    if (!drag) return
    drag.active = true
    list.setPointerCapture(drag.pointer)
    drag.line.toggleAttribute("data-dragged", true)
  }

  /** @param {boolean} accepted */
  function finish(accepted) {
    const { line, next, active } = /** @type {NonNullable<typeof drag>} */ (drag)
    drag = null
    line.removeAttribute("data-dragged")
    if (!active) return
    swallowClick(list)
    const before = /** @type {HTMLElement | null} */ (line.nextElementSibling)
    if (!accepted) list.insertBefore(line, next)
    else if (before !== next) moved(line.dataset.entry ?? "", before?.dataset.entry ?? null)
    onEnd()
  }

  return {
    isActive: () => Boolean(drag?.active),
    /** @param {() => void} fn */
    whenEnded: (fn) => {
      onEnd = fn
    },
  }
}

/** @param {PointerEvent} event @returns {HTMLElement | null} */
function draggedLine(event) {
  const at = event.target instanceof Element ? event.target : null
  const grip = at?.closest("[data-grip]")
  if (event.button !== 0 || (!grip && (event.pointerType !== "mouse" || at?.closest("button")))) return null
  if (grip) event.preventDefault()
  if (grip instanceof HTMLElement) grip.focus()
  return /** @type {HTMLElement | null} */ (at?.closest("[data-entry]") ?? null)
}

/** Move the line to the pointer. @param {HTMLElement} list @param {HTMLElement} line @param {number} y */
function follow(list, line, y) {
  const box = list.getBoundingClientRect()
  scroll(list, box, y)
  const at = document
    .elementFromPoint(box.left + box.width / 2, Math.min(Math.max(y, box.top + 1), box.bottom - 1))
    ?.closest("[data-entry]")
  if (!at || at === line || at.parentElement !== list) return
  const { top, height } = at.getBoundingClientRect()
  const before = y < top + height / 2 ? at : at.nextElementSibling
  if (before !== line && before !== line.nextElementSibling) list.insertBefore(line, before)
}

/**
 * Scroll near an edge of the list's visible part; a list that does not scroll is scrolled with the page.
 * @param {HTMLElement} list
 * @param {DOMRect} box
 * @param {number} y
 */
function scroll(list, box, y) {
  const page = /** @type {Element} */ (document.scrollingElement)
  const scroller = list.scrollHeight > list.clientHeight + 1 ? list : page
  const below = document.querySelector("[data-bar]")?.getBoundingClientRect().top ?? innerHeight
  if (y < Math.max(box.top, 0) + EDGE_PX) scroller.scrollTop -= SCROLL_PX
  if (y > Math.min(box.bottom, below) - EDGE_PX) scroller.scrollTop += SCROLL_PX
}

/** Ignore the click that ends a drag. @param {HTMLElement} list */
function swallowClick(list) {
  const swallow = (/** @type {Event} */ event) => event.stopPropagation()
  list.addEventListener("click", swallow, { capture: true, once: true })
  setTimeout(() => list.removeEventListener("click", swallow, { capture: true }), 0)
}

const STEPS = /** @type {Record<string, number>} */ ({ ArrowUp: -1, ArrowDown: 1 })

/**
 * Where a key moves a line: Alt with an arrow key the focused line, on its grip the arrow key alone. Null for other keys,
 * and beyond either end.
 * @param {HTMLElement} list
 * @param {KeyboardEvent} event
 * @returns {{entryId: string, before: string | null, place: number, count: number} | null}
 */
export function keyMove(list, event) {
  const by = STEPS[event.key]
  const at = event.target instanceof Element ? event.target : null
  const line = at?.closest("[data-entry]")
  if (!by || !(line instanceof HTMLElement) || !(event.altKey || at?.closest("[data-grip]"))) return null
  if ("fixed" in list.dataset) return null
  event.preventDefault()
  const lines = /** @type {HTMLElement[]} */ ([...list.children])
  const target = lines.indexOf(line) + by
  if (target < 0 || target >= lines.length) return null
  const before = lines[by < 0 ? target : target + 1]?.dataset.entry ?? null
  return { entryId: line.dataset.entry ?? "", before, place: target + 1, count: lines.length }
}
