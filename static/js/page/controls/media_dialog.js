// @ts-check
/** The box in which whoever controls the room changes what plays. */

import { completed } from "../lib/urls.js"
import { mount as mountHouse } from "./library_picker.js"
import { all, piece } from "../lib/dom.js"
import { withdraw, wordsOf } from "../ui/notify.js"

/**
 * @param {HTMLElement} box
 * @param {import("../room/types.js").Room} room
 */
export function mount(box, room) {
  const gone = new AbortController()
  const { signal } = gone
  const dialog = /** @type {HTMLDialogElement} */ (box)
  const form = /** @type {HTMLFormElement} */ (piece(box, "change-form"))
  const [address, title] = [...form.querySelectorAll("input")]

  form.addEventListener(
    "submit",
    (event) => {
      event.preventDefault()
      load(dialog, room, completed(address.value), title.value.trim()).then((done) => {
        if (done) form.reset()
      })
    },
    { signal },
  )
  const forgive = () => {
    piece(dialog, "problem").hidden = true
  }
  form.addEventListener("input", forgive, { signal })
  dialog.addEventListener("close", forgive, { signal })
  box.addEventListener(
    "click",
    (event) => {
      const sample = event.target instanceof Element ? event.target.closest("[data-sample]") : null
      if (sample instanceof HTMLElement)
        load(dialog, room, sample.dataset.url ?? "", sample.dataset.title ?? "")
    },
    { signal },
  )
  return all(() => gone.abort(), mountHouse(dialog, room.boot))
}

/**
 * @param {HTMLDialogElement} dialog
 * @param {import("../room/types.js").Room} room
 * @param {string} media_url
 * @param {string} title
 */
async function load(dialog, room, media_url, title) {
  const problem = piece(dialog, "problem")
  problem.hidden = true
  try {
    await room.say("load", title ? { media_url, title } : { media_url })
    dialog.close()
    return true
  } catch (refusal) {
    withdraw("refused")
    problem.textContent = wordsOf(refusal)
    problem.hidden = false
    return false
  }
}
