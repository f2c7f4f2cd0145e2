// @ts-check
/** Notices for the host and moderators: a report, an act of the staff, and Undo for one's own acts. Loaded by the first. */

import { gettext } from "../lib/i18n.js"
import { showNotice, showRefusal } from "../ui/notices.js"
import { actDetails, actText } from "./act_texts.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/protocol.js").ActState} Act */

const OWN_MS = 10_000
const REPORT_MS = 120_000
const RANK = 2

/** @param {Room} room @param {Act} act */
export function showAct(room, act) {
  if (act.undone) return
  const isOwn = act.by?.user_id === room.boot.you.user_id
  if (act.kind === "report" && !isOwn) return showReport(room, act)
  if (!isOwn && act.by) return // another moderator's, in the list of the settings
  const notice = { key: `act-${act.id}`, text: actText(act), rank: RANK, lastsMs: OWN_MS }
  if (act.undo_until) showNotice({ ...notice, act: { text: gettext("Undo"), run: () => undo(room, act) } })
  else if (!isOwn) showNotice(notice)
}

/** @param {Room} room @param {Act} act */
export function undo(room, act) {
  return room.say("undo_act", { act_id: act.id }).catch(showRefusal)
}

/** @param {Room} room @param {Act} act */
function showReport(room, act) {
  const { comment_id: id } = act
  showNotice({
    key: `act-${act.id}`,
    text: [actText(act), actDetails(act)].filter(Boolean).join(": "),
    tone: "warn",
    rank: RANK,
    lastsMs: REPORT_MS,
    act: id
      ? {
          text: gettext("Delete the message"),
          run: () => room.say("delete_comment", { id }).catch(showRefusal),
        }
      : undefined,
  })
}
