// @ts-check
/** Commands about the queue. Why one was refused is shown beside its button. */

import { cloneTemplate } from "../lib/dom.js"
import { refusalMessage, withdrawNotice } from "../ui/notices.js"

/**
 * @param {import("../room/session.js").RoomSession} room
 * @param {string} type
 * @param {object} payload
 * @param {Element} near what was pressed, or its row: a refusal is shown at its end
 * @returns {Promise<boolean>} whether the room accepted it
 */
export async function send(room, type, payload, near) {
  clearProblem()
  try {
    await room.say(type, payload)
    return true
  } catch (refusal) {
    withdrawNotice("refused")
    showProblem(near, refusalMessage(refusal))
    return false
  }
}

export function clearProblem() {
  document.querySelector("[data-queue-problem]")?.remove()
}

/** @param {Element} near @param {string} text */
export function showProblem(near, text) {
  clearProblem()
  const problem = cloneTemplate("queue-problem")
  near.append(problem)
  problem.textContent = text
  problem.scrollIntoView({ block: "nearest" })
}
