// @ts-check
/** A small picker of emoji in a popover: used lately, groups, and a search by names. Loaded by its first button. */

import { GROUPS, named, withNames } from "../../core/room/emoji.js"
import { loadStyle } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"
import { loadItem, saveItem } from "../lib/storage.js"

const LANGUAGES = ["de", "es", "fr", "ja"]
const VENDORED = "../../../vendor/emojibase-data/" // not a literal in an import: a copied file is neither typed nor preloaded
const LATELY = 16
const EDGE_PX = 8
const COLUMNS = 8
const STEPS = /** @type {Record<string, number>} */ ({
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -COLUMNS,
  ArrowDown: COLUMNS,
})

/** @type {EmojiPicker | null} */
let picker = null

/** @param {HTMLElement} opener @param {(emoji: string) => void} picked */
export function pickEmoji(opener, picked) {
  picker ??= new EmojiPicker()
  picker.open(opener, picked)
}

class EmojiPicker {
  constructor() {
    const { toolsStyle } = /** @type {HTMLElement} */ (document.querySelector("[data-chat]")).dataset
    loadStyle(toolsStyle, () => this.opener && this.#place(this.opener)) // with its style it has another size
    this.panel = document.createElement("section")
    this.search = document.createElement("input")
    this.list = document.createElement("div")
    this.picked = (/** @type {string} */ _emoji) => {}
    /** @type {HTMLElement | null} */
    this.opener = null
    this.groups = GROUPS
    this.language = "en"
    this.#build()
    void this.#loadNames(document.documentElement.lang)
  }

  /** Names in the page's language, a moment later; without them they stay English. @param {string} language */
  async #loadNames(language) {
    if (!LANGUAGES.includes(language)) return
    const names = await import(`${VENDORED}${language}.mjs`).catch(() => null)
    if (!names) return
    this.groups = withNames(names.default)
    this.language = language
    if (this.panel.matches(":popover-open")) this.#show()
  }

  #build() {
    const { panel, search, list } = this
    panel.className = "emoji-picker"
    panel.popover = "auto"
    panel.setAttribute("aria-label", gettext("Emoji"))
    search.type = "search"
    search.className = "input"
    search.placeholder = gettext("Search")
    search.setAttribute("aria-label", gettext("Search emoji"))
    list.className = "emoji-list"
    panel.append(search, list)
    search.addEventListener("input", () => this.#show())
    list.addEventListener("click", ({ target }) => {
      const button = target instanceof Element ? target.closest("button") : null
      if (button) this.#pick(button.textContent ?? "")
    })
    panel.addEventListener("keydown", (event) => this.#onKey(event))
  }

  /** @param {HTMLElement} opener @param {(emoji: string) => void} picked */
  open(opener, picked) {
    this.picked = picked
    this.opener = opener
    // in fullscreen only what is inside the stage is shown
    const parent = document.fullscreenElement ?? document.body
    if (this.panel.parentElement !== parent) parent.append(this.panel)
    this.search.value = ""
    this.#show()
    this.panel.showPopover()
    this.#place(opener)
    this.search.focus()
  }

  /** @param {string} emoji */
  #pick(emoji) {
    const lately = [emoji, ...loadItem("emoji", []).filter((/** @type {string} */ each) => each !== emoji)]
    saveItem("emoji", lately.slice(0, LATELY))
    this.panel.hidePopover()
    this.opener?.focus()
    this.picked(emoji)
  }

  #show() {
    const words = this.search.value.trim().toLowerCase()
    const groups = words
      ? [{ title: gettext("Found"), emoji: named(words, this.groups) }]
      : [{ title: gettext("Used lately"), emoji: this.#usedLately() }, ...this.groups.map(translated)]
    this.list.replaceChildren(
      ...groups.filter(({ emoji }) => emoji.length).map((group) => createGroup(group, this.language)),
    )
    if (words && !groups[0].emoji.length) this.list.textContent = gettext("Nothing found")
    this.list.querySelector("button")?.setAttribute("tabindex", "0")
  }

  /** @returns {[string, string][]} */
  #usedLately() {
    const names = new Map(this.groups.flatMap(({ emoji }) => emoji))
    return loadItem("emoji", []).map((/** @type {string} */ each) => [each, names.get(each) ?? ""])
  }

  /** Arrow keys move among the emoji, Enter in the search takes the first. @param {KeyboardEvent} event */
  #onKey(event) {
    event.stopPropagation() // the page's shortcuts use the same keys
    const buttons = [...this.list.querySelectorAll("button")]
    const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement))
    if (event.key === "Enter" && at < 0 && buttons.length) {
      event.preventDefault()
      return this.#pick(buttons[0].textContent ?? "")
    }
    const step = STEPS[event.key]
    if (!step || (at < 0 && event.key !== "ArrowDown")) return
    event.preventDefault()
    const next = at < 0 ? buttons[0] : buttons[at + step]
    if (!next && step < 0) return this.search.focus()
    if (!next) return
    for (const button of buttons) button.tabIndex = -1
    next.tabIndex = 0
    next.focus()
  }

  /** Above the button, or below it where there is no space. @param {HTMLElement} opener */
  #place(opener) {
    const at = opener.getBoundingClientRect()
    const { offsetWidth, offsetHeight, style } = this.panel
    const left = Math.min(at.right - offsetWidth, innerWidth - offsetWidth - EDGE_PX)
    const above = at.top - offsetHeight - EDGE_PX
    const top = above >= EDGE_PX ? above : Math.min(at.bottom + EDGE_PX, innerHeight - offsetHeight - EDGE_PX)
    style.setProperty("left", `${Math.max(EDGE_PX, left)}px`)
    style.setProperty("top", `${Math.max(EDGE_PX, top)}px`)
  }
}

/** @param {{title: string, emoji: [string, string][]}} group */
function translated({ title, emoji }) {
  const titles = /** @type {Record<string, string>} */ ({
    Faces: gettext("Faces"),
    "Hands and hearts": gettext("Hands and hearts"),
    "Watching and music": gettext("Watching and music"),
    "Food and drink": gettext("Food and drink"),
    "Animals and nature": gettext("Animals and nature"),
    "Things and signs": gettext("Things and signs"),
  })
  return { title: titles[title], emoji }
}

/** @param {{title: string, emoji: [string, string][]}} group @param {string} language of the names */
function createGroup({ title, emoji }, language) {
  const group = document.createElement("div")
  const heading = document.createElement("h2")
  const grid = document.createElement("div")
  group.role = "group"
  group.ariaLabel = heading.textContent = title
  grid.className = "emoji-grid"
  grid.lang = language
  grid.append(...emoji.map(createEmoji))
  group.append(heading, grid)
  return group
}

/** @param {[string, string]} emoji */
function createEmoji([emoji, names]) {
  const button = document.createElement("button")
  Object.assign(button, { type: "button", tabIndex: -1, textContent: emoji })
  button.title = names.split(",")[0]
  return button
}
