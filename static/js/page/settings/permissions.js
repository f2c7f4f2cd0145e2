// @ts-check
/** The section "Permissions": who has which right. A change is sent at once. */

import { LEVELS, levelsOf, presetOf, PRESETS, RIGHTS } from "../../core/room/rights.js"
import { csrfToken, fetchJson } from "../lib/api.js"
import { disposeAll, find, setText } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"
import { rightNames } from "../room/right_names.js"
import { refusalMessage } from "../ui/notices.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/room/rights.js").Right} Right */

const SAVED_MS = 2500

/** @param {HTMLElement} panel @param {Room} room */
export function mount(panel, room) {
  const controller = new AbortController()
  const preset = /** @type {HTMLSelectElement} */ (find(panel, "preset"))
  fillLevels(panel)
  const show = () => showLevels(panel, preset, room)
  panel.addEventListener(
    "change",
    async ({ target }) => {
      if (!(target instanceof HTMLSelectElement)) return
      const chosen = target === preset ? PRESETS[preset.value] : { [target.name]: target.value }
      if (chosen) await send(panel, room, chosen)
      show()
    },
    { signal: controller.signal },
  )
  show()
  preset.disabled = false // until now nothing listened
  return disposeAll(() => controller.abort(), ...["state", "room_changed"].map((type) => room.on(type, show)))
}

/** One select for each right. @param {HTMLElement} panel */
function fillLevels(panel) {
  const names = levelNames()
  const rows = rightNames().flatMap(([right, name]) => {
    const label = document.createElement("label")
    label.htmlFor = `right-${right}`
    label.textContent = name
    const select = document.createElement("select")
    select.id = label.htmlFor
    select.name = right
    select.append(...LEVELS.map((level) => new Option(names[level], level)))
    return [label, select]
  })
  find(panel, "rights").replaceChildren(...rows)
}

/** @returns {Record<import("../../core/room/rights.js").Level, string>} */
function levelNames() {
  return {
    everyone: gettext("Everyone"),
    moderators: gettext("Host, moderators"),
    host: gettext("The host"),
  }
}

/** @param {HTMLElement} panel @param {Right} right */
function levelOf(panel, right) {
  return /** @type {HTMLSelectElement} */ (panel.querySelector(`select[name="${right}"]`))
}

/** @param {HTMLElement} panel @param {HTMLSelectElement} preset @param {Room} room */
function showLevels(panel, preset, room) {
  if (!room.state.room) return
  const levels = levelsOf(room.state.room)
  for (const right of RIGHTS) levelOf(panel, right).value = levels[right]
  preset.value = presetOf(levels) ?? "own"
}

/** @param {HTMLElement} panel @param {Room} room @param {Partial<Record<Right, string>>} rights */
async function send(panel, room, rights) {
  const [problem, saved] = [find(panel, "problem"), find(panel, "saved")]
  problem.hidden = true
  try {
    await fetchJson(`/api/rooms/${room.boot.room_id}/`, "PATCH", csrfToken() ?? "", { rights })
    saved.hidden = false
    setTimeout(() => (saved.hidden = true), SAVED_MS)
  } catch (refusal) {
    setText(problem, refusalMessage(refusal))
    problem.hidden = false
  }
}
