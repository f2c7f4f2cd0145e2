// @ts-check
/** Problems with the media, at this player and at others, as data and as text. */

import { isHost, may } from "../../core/room/rights.js"
import { TruncationDetector } from "../../core/media/end_of_data.js"
import { CHANGES } from "../../core/protocol.js"
import {
  formatRate,
  formatTime,
  gettext,
  interpolate,
  mixedContentMessage,
  noDataMessage,
  shortenUrl,
  truncationMessage,
} from "../lib/i18n.js"
import { request } from "../lib/api.js"
import { isMixedContent } from "../ui/form_validation.js"
import { showNotice, showRefusal } from "../ui/notices.js"
import { nameList, othersFailMessage, othersOf, othersSee, SYNCPLAY } from "./members.js"

/** @typedef {import("./session.js").RoomSession} Room */
/** @typedef {import("../media/status_report.js").MediaProblem} MediaProblem */
/**
 * The message shown in place of the picture; null if the picture is shown.
 * @param {Room} room
 * @param {MediaProblem} problem
 * @returns {{title: string, text: string, mayRetry: boolean, mayBring?: boolean} | null}
 */
export function stageMessageFor(room, { kind, atS, message }) {
  if (kind === "ends_soon") return null
  if (message?.ownCopy) return { title: message.title, text: message.text, mayRetry: false, mayBring: true }
  if (message) {
    const again = message.returns ? ` ${gettext("It goes on by itself when that is over.")}` : ""
    return {
      title: message.title,
      text: withOthers(room, messageText(room, message)) + again,
      mayRetry: true,
    }
  }
  const at = formatTime(atS ?? 0)
  if (kind === "unsupported")
    return {
      title: gettext("This will not play here"),
      text: withOthers(room, unsupportedMessage(room)),
      mayRetry: true,
    }
  if (kind === "interrupted") {
    return {
      title: gettext("The connection to the media server broke"),
      text: gettext("It is being loaded again."),
      mayRetry: false,
    }
  }
  if (kind === "broken_off") {
    return {
      title: interpolate(gettext("Playback broke off at {time}"), { time: at }),
      text: withOthers(room, truncatedMessage(room)),
      mayRetry: true,
    }
  }
  if (kind === "no_data") {
    return { title: noDataMessage(atS), text: withOthers(room, truncatedMessage(room)), mayRetry: true }
  }
  return null
}

/** The warning shown while it plays or waits; null if there is none. @param {MediaProblem | null} problem */
export function playbackWarning(problem) {
  const texts = /** @type {Record<string, () => string>} */ ({
    stream: () => gettext("This stream has no common position: everyone hears it as it arrives."),
    not_seekable: () => gettext("The media server does not support seeking (no range requests)."),
    begins_later: () => gettext("This media has no data at the room's position."),
    exhausted: () => gettext("Your player could not seek to the room's position."),
  })
  const text = problem && texts[problem.kind]?.()
  if (!text) return null
  return problem.kind === "stream" ? text : `${text} ${waitingMessage(problem.atS)}`
}

/** Shown while the rest of what is loaded plays. @param {Room} room @param {MediaProblem | null} problem */
function endsSoonMessage(room, problem) {
  if (problem?.kind !== "ends_soon" || !problem.message) return ""
  return `${problem.message.title}. ${messageText(room, problem.message)}`
}

/** @param {number | null} waitsAtS */
function waitingMessage(waitsAtS) {
  if (waitsAtS === null) return gettext("Your player continues where it is.")
  return interpolate(gettext("Your player waits at {time} until the room gets there."), {
    time: formatTime(waitsAtS),
  })
}

/** @param {import("../../core/protocol.js").MissingTrack} lacking */
function missingTrackMessage({ track, codec }) {
  if (codec)
    return interpolate(
      track === "sound"
        ? gettext("There is no sound: your browser does not support {codec}.")
        : gettext("You see no picture: your browser does not support {codec}."),
      { codec },
    )
  return track === "sound"
    ? gettext("This video has no sound, or your browser does not support its audio format.")
    : gettext("There is no picture, or your browser does not support its video format.")
}

/** Members with control see the URL. @param {Room} room */
function unsupportedMessage(room) {
  const address = room.state?.timeline?.media?.url ?? ""
  if (isMixedContent(address, location.href)) return mixedContentMessage()
  return may(room.state, "media")
    ? interpolate(
        gettext(
          "{address} could not be played: it may be gone, or your browser does not support its format.",
        ),
        { address: shortenUrl(address) },
      )
    : gettext("The file may be gone, or your browser does not support its format.")
}

/**
 * Members who can choose other media see what to do.
 * @param {Room} room
 * @param {import("../../core/media/media_state.js").Message} message
 */
function messageText(room, { text, forControl }) {
  return forControl && may(room.state, "media") ? `${text} ${forControl}` : text
}

/** @param {Room} room */
function truncatedMessage(room) {
  const reason = gettext("Its file is damaged or cut short.")
  return may(room.state, "media")
    ? `${reason} ${gettext("The room continues: seek back, pause, or pick something else.")}`
    : reason
}

/** @param {Room} room @param {string} text */
function withOthers(room, text) {
  return othersSee(room) ? `${text} ${gettext("Others can see it.")}` : text
}

const MISSING_TRACK_MS = 15_000
const TRUNCATED_MS = 20_000
const OTHERS_FAIL_MS = 8000
const REMEDY_MS = 30_000
const PREPARABLE = /\/x-matroska$/ // what of the library plays in some browsers only

/** @typedef {import("../ui/notices.js").NoticeStack} Stack */

/**
 * Notices about problems with media that play nevertheless: at this player, and for the host also at other players.
 * @param {Room} room
 * @param {Stack} stack
 * @param {number} rank
 */
export function mediaNotices(room, stack, rank) {
  /** @type {Record<string, string | null>} */
  const shown = {}
  const show = (/** @type {import("../ui/notices.js").Notice} */ { key, text, ...rest }) => {
    if ((shown[key] ?? "") === text) return
    shown[key] = text
    if (text) stack.put({ key, text, rank, ...rest })
    else stack.drop(key)
  }
  const showTruncation = truncationNotice(room, show)
  const showOthers = () => {
    const act = preparation(room)
    const text = shown.medium ? "" : othersFailMessage(room, texts)
    show({ key: "others", text, tone: "warn", lastsMs: act ? REMEDY_MS : OTHERS_FAIL_MS, act })
  }
  /** Loaded with the first fault of another member. @type {import("./members.js").FaultTexts | null} */
  let texts = null
  const loadTexts = () =>
    import("../streams/stream_messages.js").then((module) => {
      texts = module
      showOthers()
    }, console.error)
  const tryAgain = () => {
    shown.medium = null
    room.player.resync()
  }
  return [
    room.on("player", ({ problem }) => {
      const act = problem?.kind === "exhausted" ? { text: gettext("Try again"), run: tryAgain } : undefined
      show({ key: "medium", text: playbackWarning(problem) ?? endsSoonMessage(room, problem), act })
      showTruncation()
    }),
    ...["state", ...CHANGES].map((type) => room.on(type, showTruncation)),
    room.on("lacks", () => {
      const { lacking } = room.player
      const text = lacking ? missingTrackMessage(lacking) : ""
      show({ key: "lacks", text, tone: "warn", lastsMs: MISSING_TRACK_MS, act: preparation(room) })
    }),
    room.on("presence", () => {
      showOthers()
      if (!texts && isHost(room.state) && othersOf(room).some(({ fault }) => fault)) void loadTexts()
    }),
    room.on("load", () => ["medium", "lacks", "others", "cut"].forEach((key) => show({ key, text: "" }))),
  ]
}

/**
 * A file that ends before its duration: shown at every end, to all members, also to those who join later.
 * @param {Room} room @param {(notice: import("../ui/notices.js").Notice) => void} show
 */
function truncationNotice(room, show) {
  const truncation = new TruncationDetector()
  return () => {
    const timeline = room.state?.timeline ?? null
    const text = truncationMessage(truncation.update(timeline, room.player.duration()))
    const isReplayed = timeline?.is_playing && room.position() < (timeline.duration ?? 0)
    show({ key: "cut", text: isReplayed ? "" : text, tone: "warn", lastsMs: TRUNCATED_MS })
  }
}

/**
 * The remedy for those who cannot play an item of the library: the server prepares it, and the room plays the result.
 * @param {Room} room
 */
function preparation(room) {
  const media = room.state?.timeline?.media
  if (!media?.item_id || !PREPARABLE.test(media.mime ?? "") || !may(room.state, "media")) return undefined
  const asked = { room_id: room.boot.room_id, play: true }
  const run = () =>
    request(`/api/library/${media.item_id}/prepare/`, asked).then(
      () => showNotice({ key: "prepare", text: gettext("It plays here when it is ready."), lastsMs: 8000 }),
      showRefusal,
    )
  return { text: gettext("Prepare"), run }
}

const RATE_NOTICE_MS = 10_000

/** Names the members whose players play at normal speed only: one sentence, also for many; empty if all follow. @param {Room} room */
export function cannotFollowMessage(room) {
  const rate = room.state?.timeline?.rate ?? 1
  const members = [...(room.state?.members.values() ?? [])].filter(({ player }) => player === SYNCPLAY)
  if (rate === 1 || !members.length) return ""
  const format =
    members.length === 1
      ? gettext("{name}'s player cannot follow {rate}×.")
      : gettext("These players cannot follow {rate}×: {names}.")
  return interpolate(format, {
    name: members[0].username,
    names: nameList(members, room.boot.you.user_id),
    rate: formatRate(rate),
  })
}

/**
 * Shown once for each speed.
 * @param {Room} room
 * @param {import("../ui/notices.js").NoticeStack} stack
 * @param {number} rank
 */
export function rateNotices(room, stack, rank) {
  let shownRate = 1
  const show = () => {
    const rate = room.state?.timeline?.rate ?? 1
    const text = rate === shownRate ? "" : cannotFollowMessage(room)
    if (rate === 1) stack.drop("cannot-follow")
    if (text) stack.put({ key: "cannot-follow", text, tone: "warn", rank, lastsMs: RATE_NOTICE_MS })
    if (text || rate === 1) shownRate = rate
  }
  return ["state", "presence", ...CHANGES].map((type) => room.on(type, show))
}
