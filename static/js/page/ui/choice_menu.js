// @ts-check
/**
 * A menu behind a button, to choose one of several: radio buttons in a popover, so that arrow keys, screen readers and
 * touch work as everywhere. Loaded with the first menu, and its styles with it.
 */

const GAP_PX = 8

/**
 * `id` is what `choose` gets; `label` is shown, `detail` is smaller beside it.
 * @typedef {{id: string, label: string, detail?: string}} Choice
 */

/**
 * @param {HTMLElement} button
 * @param {{title: string, choose: (id: string) => void}} options
 */
export function mountChoiceMenu(button, { title, choose }) {
  loadStyles(button)
  const menu = document.createElement("form")
  menu.className = "choice-menu"
  menu.popover = "auto"
  menu.setAttribute("aria-label", title)
  button.after(menu)
  const opener = /** @type {HTMLButtonElement} */ (button)
  opener.popoverTargetElement = menu
  menu.addEventListener("toggle", (event) => {
    if (/** @type {ToggleEvent} */ (event).newState === "open") place(menu, button)
  })
  menu.addEventListener("change", ({ target }) => choose(/** @type {HTMLInputElement} */ (target).value))
  menu.addEventListener("submit", (event) => {
    event.preventDefault()
    menu.hidePopover()
  })
  // the page's shortcuts use the same keys
  menu.addEventListener("keydown", (event) => event.key !== "Escape" && event.stopPropagation())
  menu.addEventListener("click", (event) => {
    const isPointer = event.detail > 0
    if (isPointer && event.target instanceof HTMLInputElement) menu.hidePopover()
  })
  return {
    /** @param {Choice[]} choices @param {string} current the id of one of them */
    show(choices, current) {
      button.hidden = choices.length < 2
      if (button.hidden && menu.matches(":popover-open")) menu.hidePopover()
      fill(menu, title, choices, current)
    },
  }
}

/** The list is only built again when it differs, so that it keeps the focus. */
function fill(
  /** @type {HTMLElement} */ menu,
  /** @type {string} */ title,
  /** @type {Choice[]} */ choices,
  /** @type {string} */ current,
) {
  const key = JSON.stringify(choices)
  if (menu.dataset.choices !== key) {
    menu.dataset.choices = key
    menu.replaceChildren(fieldset(title, choices))
  }
  for (const input of menu.querySelectorAll("input")) {
    input.checked = input.value === current
    input.toggleAttribute("autofocus", input.checked)
  }
}

/** @param {string} title @param {Choice[]} choices */
function fieldset(title, choices) {
  const set = document.createElement("fieldset")
  const legend = document.createElement("legend")
  legend.textContent = title
  set.append(legend, ...choices.map((choice) => row(title, choice)))
  return set
}

/** @param {string} name @param {Choice} choice */
function row(name, { id, label, detail = "" }) {
  const row = document.createElement("label")
  const input = document.createElement("input")
  Object.assign(input, { type: "radio", name, value: id })
  const text = document.createElement("span")
  text.textContent = label
  const more = document.createElement("small")
  more.textContent = detail
  row.append(input, text, more)
  return row
}

/** Above the button, or below it where there is no room. @param {HTMLElement} menu @param {HTMLElement} button */
function place(menu, button) {
  const at = button.getBoundingClientRect()
  const { clientWidth: width, clientHeight: height } = document.documentElement
  const isAbove = at.top - GAP_PX >= Math.min(menu.scrollHeight, height - at.bottom - GAP_PX)
  const right = Math.min(Math.max(GAP_PX, width - at.right), width - menu.offsetWidth - GAP_PX)
  Object.assign(menu.style, {
    right: `${Math.max(GAP_PX, right)}px`,
    bottom: isAbove ? `${height - at.top + GAP_PX}px` : "auto",
    top: isAbove ? "auto" : `${at.bottom + GAP_PX}px`,
    maxHeight: `${(isAbove ? at.top : height - at.bottom) - 2 * GAP_PX}px`,
  })
}

/** @param {HTMLElement} button */
function loadStyles(button) {
  const href = button.dataset.style
  if (!href || document.querySelector(`link[href="${CSS.escape(href)}"]`)) return
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }))
}
