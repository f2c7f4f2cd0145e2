// @ts-check
/**
 * Checks whether this browser can play what is queued, and reports it: what the viewer added, and what comes next. A
 * hidden element reads the metadata of a file; of a stream its list is read. One entry at a time. Players of other sites
 * are not checked: nothing is requested from these before the viewer agrees.
 */

import { upcoming } from "../../core/room/queue_store.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { after } from "../lib/timers.js"
import { nameList } from "../room/members.js"
import { isFile, isStream } from "./preparation.js"
import { probe } from "./media_probe.js"

const NEXT = 2 // entries that every member checks
const OWN = 10 // entries of the viewer's own
const QUIET_MS = 1500 // after a change of the queue
const NOT_IN_CODECS = /[^A-Za-z0-9 .,+/()_-]/g
const CODEC_CHARS = 40
const CONTAINERS_THAT_DIFFER = /\/x-matroska$/ // what the server knows about these is not true of every browser

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/protocol.js").RoomQueueEntry} Entry */

/** @param {Room} room */
export function mountChecks(room) {
  /** @type {Set<string>} */
  const done = new Set()
  let running = false
  let cancel = () => {}
  const run = async () => {
    if (running) return
    running = true
    try {
      for (let entry = nextToCheck(room, done); entry; entry = nextToCheck(room, done)) {
        done.add(entry.id)
        const verdict = await cleanCheck(entry.media)
        if (verdict && !isKnown(entry, verdict, room)) await report(room, entry, verdict)
      }
    } finally {
      running = false
    }
  }
  const later = () => {
    cancel()
    cancel = after(QUIET_MS, () => void run())
  }
  later()
  const stop = room.on("queue", later)
  return () => {
    stop()
    cancel()
  }
}

/** @param {Room} room @param {Set<string>} done @returns {Entry | undefined} */
function nextToCheck({ state: { queue }, boot }, done) {
  if (!queue) return undefined
  const coming = upcoming(queue)
  const own = coming.filter(({ user_id }) => user_id === boot.you.user_id).slice(0, OWN)
  return [...coming.slice(0, NEXT), ...own].find((entry) => !done.has(entry.id) && isUnsure(entry))
}

/** Whether a browser may say more than the server knows. @param {Entry} entry */
function isUnsure({ media, checked }) {
  const isKnownToServer =
    checked && media.source === "library" && !CONTAINERS_THAT_DIFFER.test(media.mime ?? "")
  return (isFile(media) || isStream(media)) && !isKnownToServer
}

/** What the media call their codec is shown to others. @param {import("../../core/protocol.js").Media} media */
async function cleanCheck(media) {
  const verdict = await check(media)
  const codec = verdict?.codec?.replace(NOT_IN_CODECS, "").slice(0, CODEC_CHARS).trim() || null
  return verdict && { ...verdict, codec }
}

/** @param {import("../../core/protocol.js").Media} media */
async function check(media) {
  if (isFile(media)) return probe(media)
  const { checkStream } = await import("../streams/stream_check.js")
  return checkStream(media)
}

/** @param {Entry} entry @param {import("./media_probe.js").Verdict} verdict @param {Room} room */
function isKnown({ checked, failures = [] }, { plays, codec }, { boot }) {
  const own = failures.find(({ user_id }) => user_id === boot.you.user_id)
  return plays ? Boolean(checked) && !own : Boolean(own) && own?.codec === codec
}

/** @param {Room} room @param {Entry} entry @param {import("./media_probe.js").Verdict} verdict */
async function report(room, { id }, verdict) {
  await room.say("queue_check", { checks: [{ entry_id: id, ...verdict }] }).catch(() => {}) // the room can do without
}

/**
 * Who of those present cannot play it, the viewer first; empty if there is nobody.
 * @param {Entry} entry
 * @param {Room} room
 */
export function failureText({ failures = [] }, { state, boot }) {
  const yourId = boot.you.user_id
  const present = failures.filter(({ user_id }) => state.members.has(user_id))
  if (!present.length) return ""
  const yoursFirst = present.sort((a, b) => Number(b.user_id === yourId) - Number(a.user_id === yourId))
  const codecs = new Set(present.map(({ codec }) => codec ?? ""))
  const codec = codecs.size === 1 ? [...codecs][0] : ""
  const one = present.length === 1 ? present[0] : null
  const values = { name: one?.username ?? "", names: nameList(yoursFirst, yourId), codec }
  return interpolate(failureFormat(one, Boolean(codec), yourId), values)
}

/** @param {{user_id: string} | null} one the only one, if there is one @param {boolean} named @param {string} yourId */
function failureFormat(one, named, yourId) {
  if (!one)
    return named ? gettext("Cannot play this ({codec}): {names}") : gettext("Cannot play this: {names}")
  if (one.user_id === yourId)
    return named ? gettext("You cannot play this ({codec})") : gettext("You cannot play this")
  return named ? gettext("{name} cannot play this ({codec})") : gettext("{name} cannot play this")
}
