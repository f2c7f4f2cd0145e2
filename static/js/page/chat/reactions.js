// @ts-check
/** Emoji that rise over the picture; for whoever wants less motion they appear and fade where they are. */

import { all, piece } from "../lib/dom.js"
import { announceRefusal } from "../ui/notify.js"

const AT_ONCE = 40
const GAP_MS = 120

/**
 * @param {HTMLElement} chat
 * @param {import("../room/types.js").Room} room
 */
export function mount(chat, room) {
  const gone = new AbortController()
  const sky = piece(document, "reactions")
  let lastMs = -Infinity
  chat.addEventListener(
    "click",
    (event) => {
      const button = event.target instanceof Element ? event.target.closest("[data-emoji]") : null
      if (!(button instanceof HTMLElement) || performance.now() - lastMs < GAP_MS) return
      lastMs = performance.now()
      room.say("reaction", { emoji: button.dataset.emoji ?? "" }).catch(announceRefusal)
    },
    { signal: gone.signal },
  )
  return all(
    () => gone.abort(),
    room.on("reaction", ({ payload }) => float(sky, payload.emoji)),
  )
}

/**
 * @param {HTMLElement} sky
 * @param {string} emoji
 */
function float(sky, emoji) {
  if (sky.childElementCount >= AT_ONCE) return
  const spark = document.createElement("span")
  spark.textContent = emoji
  spark.style.setProperty("--from", `${8 + Math.random() * 84}%`)
  spark.style.setProperty("--sway", `${(Math.random() - 0.5) * 80}px`)
  spark.addEventListener("animationend", () => spark.remove())
  sky.append(spark)
}
