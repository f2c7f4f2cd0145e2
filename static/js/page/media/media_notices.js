// @ts-check
/**
 * What is wrong with the medium, while it plays all the same: at this player, and for the host at those of
 * others.
 */

import { TruncationDetector } from "../../core/media/end_of_data.js"
import { CHANGES } from "../../core/protocol.js"
import { isHost } from "../room/permissions.js"
import { wordsOfCut } from "./truncation_message.js"
import { wordsBeside, wordsOfMissing } from "./media_errors.js"
import { namesOf } from "../people/name_list.js"
import { fill, gettext } from "../lib/i18n.js"

const LACKS_MS = 15_000
const CUT_MS = 20_000
const OTHERS_MS = 8000
const FAILING = new Set(["error", "broken_off"])

/** @typedef {import("../room/types.js").Room} Room */
/** @typedef {import("../ui/notice_stack.js").Stack} Stack */

/** @param {Room} room @param {Stack} stack @param {number} rank */
export function mediumNotices(room, stack, rank) {
  /** @type {Record<string, string | null>} */
  const said = {}
  const say = (/** @type {import("../ui/notify.js").Notice} */ { key, text, ...rest }) => {
    if ((said[key] ?? "") === text) return
    said[key] = text
    if (text) stack.put({ key, text, rank, ...rest })
    else stack.drop(key)
  }
  const sayCut = cutNotice(room, say)
  const tryAgain = () => {
    said.medium = null
    room.player.resync()
  }
  return [
    room.on("player", ({ trouble }) => {
      const act = trouble?.kind === "exhausted" ? { text: gettext("Try again"), run: tryAgain } : undefined
      say({ key: "medium", text: wordsBeside(trouble) ?? "", act })
      sayCut()
    }),
    ...["state", ...CHANGES].map((type) => room.on(type, sayCut)),
    room.on("lacks", (track) =>
      say({ key: "lacks", text: wordsOfMissing(track), tone: "warn", lastsMs: LACKS_MS }),
    ),
    room.on("presence", () =>
      say({ key: "others", text: said.medium ? "" : wordsOfOthers(room), tone: "warn", lastsMs: OTHERS_MS }),
    ),
    room.on("load", () => ["medium", "lacks", "others", "cut"].forEach((key) => say({ key, text: "" }))),
  ]
}

/**
 * A file that ends before its length: said at each end, to all, also to those who come later.
 * @param {Room} room @param {(notice: import("../ui/notify.js").Notice) => void} say
 */
function cutNotice(room, say) {
  const truncation = new TruncationDetector()
  return () => {
    const timeline = room.state?.timeline ?? null
    const text = wordsOfCut(truncation.update(timeline, room.player.duration()))
    const isReplayed = timeline?.is_playing && room.position() < (timeline.duration ?? 0)
    say({ key: "cut", text: isReplayed ? "" : text, tone: "warn", lastsMs: CUT_MS })
  }
}

/** The host reads who does not see what the others see. @param {Room} room */
function wordsOfOthers(room) {
  if (!isHost(room.state)) return ""
  const yourId = room.boot.you.user_id
  const others = [...(room.state?.members.values() ?? [])].filter(({ user_id }) => user_id !== yourId)
  const failing = others.filter(({ state }) => FAILING.has(state ?? ""))
  if (failing.length) return fill(gettext("Cannot play this: {names}."), { names: namesOf(failing, yourId) })
  const apart = others.filter(({ state }) => state === "unaligned")
  return apart.length
    ? fill(gettext("Cannot seek to the room's position: {names}."), { names: namesOf(apart, yourId) })
    : ""
}
