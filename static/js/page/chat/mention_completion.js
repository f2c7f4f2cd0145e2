// @ts-check
/** Completes names after `@` in the composer. Loaded with the first `@`. */

import { mentionAt, matchingNames } from "../../core/room/mentions.js"
import { loadStyle } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"

const MOST = 6
const LIST_ID = "mention-names"

/**
 * @param {HTMLInputElement} draft
 * @param {import("../room/session.js").RoomSession} room
 * @returns {() => void} shows what fits the text before the caret
 */
export function mountMentionCompletion(draft, room) {
  loadStyle(/** @type {HTMLElement} */ (document.querySelector("[data-chat]")).dataset.toolsStyle)
  const list = document.createElement("ul")
  list.className = "mention-names"
  list.id = LIST_ID
  list.role = "listbox"
  list.ariaLabel = gettext("People")
  list.hidden = true
  draft.after(list)
  draft.setAttribute("aria-autocomplete", "list")
  draft.setAttribute("aria-controls", LIST_ID)
  let chosen = 0

  const mention = () => mentionAt(draft.value, draft.selectionStart ?? draft.value.length)
  const show = () => {
    const typed = mention()
    const others = [...room.state.members.values()].filter(({ user_id }) => user_id !== room.boot.you.user_id)
    const names = typed
      ? matchingNames(
          others.map(({ username }) => username),
          typed.text,
        ).slice(0, MOST)
      : []
    chosen = Math.min(chosen, Math.max(0, names.length - 1))
    list.replaceChildren(...names.map((name, index) => createOption(name, index, index === chosen)))
    list.hidden = names.length === 0
    draft.toggleAttribute("data-completing", !list.hidden)
    if (list.hidden) draft.removeAttribute("aria-activedescendant")
    else draft.setAttribute("aria-activedescendant", `${LIST_ID}-${chosen}`)
  }
  const complete = (/** @type {string} */ name) => {
    const typed = mention()
    if (!typed) return
    const before = `${draft.value.slice(0, typed.from)}@${name} `
    draft.value = before + draft.value.slice(typed.to).trimStart()
    draft.setSelectionRange(before.length, before.length)
    draft.focus()
    show()
  }
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (list.hidden || event.isComposing) return
    const names = [...list.children].map(({ textContent }) => textContent ?? "")
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0
    if (step) chosen = (chosen + step + names.length) % names.length
    else if (event.key === "Enter" || event.key === "Tab") complete(names[chosen])
    else if (event.key === "Escape") list.replaceChildren()
    else return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (list.childElementCount) show()
    else close()
  }
  const close = () => {
    list.hidden = true
    chosen = 0
    draft.toggleAttribute("data-completing", false)
    draft.removeAttribute("aria-activedescendant")
  }
  draft.addEventListener("keydown", onKey, { capture: true })
  draft.addEventListener("blur", close)
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault() // the draft keeps the focus
    const option = event.target instanceof Element ? event.target.closest("li") : null
    if (option) complete(option.textContent ?? "")
  })
  return show
}

/** @param {string} name @param {number} index @param {boolean} isChosen */
function createOption(name, index, isChosen) {
  const option = document.createElement("li")
  option.id = `${LIST_ID}-${index}`
  option.role = "option"
  option.ariaSelected = String(isChosen)
  option.dir = "auto"
  option.textContent = name
  return option
}
