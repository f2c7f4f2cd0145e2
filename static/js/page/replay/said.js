// @ts-check
/** What was said during an evening: the comments up to a moment, and reactions that float over the picture. */

import { dueBy } from "../../core/room/replay.js"
import { cloneTemplate, find, messageNodes, setText, showReaction } from "../lib/dom.js"
import { formatTime, gettext } from "../lib/i18n.js"
import { showAvatar } from "../ui/artwork.js"

const MOST_FLOATING = 12
const NEAR_END_PX = 60
const JUMP_S = 2 // after a jump the reactions in between do not float

/** @typedef {{at: number, text: string, user_id: string | null, username: string | null}} Comment */
/** @typedef {{at: number, emoji: string}} Reaction */

/**
 * @param {HTMLElement} panel
 * @param {HTMLElement} layer of the reactions
 * @param {{comments: Comment[], reactions: Reaction[]}} evening
 * @param {(atS: number) => void} seekTo
 * @returns {(atS: number) => void} shows what was said by then
 */
export function mountSaid(panel, layer, { comments, reactions }, seekTo) {
  const list = find(panel, "comments")
  const quiet = find(panel, "quiet")
  const lines = comments.map(createLine)
  let shown = 0
  let reactedS = 0
  list.addEventListener("click", ({ target }) => {
    const button = target instanceof Element ? target.closest("[data-at]") : null
    if (button instanceof HTMLElement) seekTo(Number(button.dataset.at))
  })
  setText(quiet, comments.length ? gettext("Nothing was said yet.") : gettext("Nothing was said."))
  return (atS) => {
    const due = dueBy(comments, atS)
    const followed = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX
    if (due > shown) list.append(...lines.slice(shown, due))
    else for (const line of lines.slice(due, shown)) line.remove()
    if (due !== shown && followed) list.scrollTop = list.scrollHeight
    shown = due
    quiet.hidden = due > 0
    if (atS > reactedS && atS - reactedS < JUMP_S)
      for (const { emoji } of reactions.slice(dueBy(reactions, reactedS), dueBy(reactions, atS)))
        showReaction(layer, emoji, MOST_FLOATING)
    reactedS = atS
  }
}

/** @param {Comment} comment */
function createLine({ at, text, user_id, username }) {
  const line = cloneTemplate("said")
  const name = username ?? gettext("Former member")
  showAvatar(find(line, "face"), user_id ?? "", name)
  setText(find(line, "name"), name)
  find(line, "text").append(...messageNodes(text))
  const time = find(line, "at")
  time.dataset.at = String(at)
  setText(time, formatTime(at))
  return line
}
