// @ts-check
/**
 * Reactions without a user action: a track ends or cannot be played, the sound is stopped from outside, a browser was
 * closed while it played. And the reports of the audible position.
 */

import { FailedTracks } from "../../core/player/queue.js"
import { isProvisional, playableQueue } from "../../core/player/optimistic.js"
import { Command } from "../../core/protocol.js"
import { csrfToken } from "../lib/api.js"
import { disposeAll } from "../lib/dom.js"
import { gettext, interpolate, noDataMessage, truncationMessage } from "../lib/i18n.js"
import { every, throttle } from "../lib/timers.js"
import { showNotice } from "../ui/notices.js"

const CHECK_MS = 1000
const SILENT_MS = 7000 // the server waits six seconds for a report
const NOTICE_MS = 10_000
const CHECKS_WITHOUT_FOCUS = 2 // handing the focus to another tab takes a moment

/** @typedef {import("../player/session.js").PlayerSession} PlayerSession */

/**
 * @param {PlayerSession} player
 * @param {import("../player/commands.js").Commands} commands
 * @param {{trackEnded: () => boolean}} sleepTimer
 */
export function mount(player, commands, sleepTimer) {
  const failures = new FailedTracks()
  return disposeAll(
    player.on("ended", (track) => {
      failures.reset()
      showTruncated(track)
      onEnded(player, commands, sleepTimer)
    }),
    player.on("halted", () => commands.pause()),
    player.on("failed", (item) => onFailed(player, commands, sleepTimer, failures, item)),
    every(CHECK_MS, () =>
      failures.update(player.sound.here && player.state.is_playing ? player.output.positionS : null),
    ),
    watchForSilence(player),
  )
}

/** Show that a track ended before its duration. @param {import("./track.js").Track} track */
function showTruncated({ item, truncation }) {
  if (!truncation) return
  const reason = truncation.played ? truncationMessage(truncation) : `${noDataMessage(truncation.endS)}.`
  showNotice({ key: "cut", text: `${item.title}: ${reason}`, tone: "warn", rank: 3, lastsMs: NOTICE_MS })
}

/**
 * @param {PlayerSession} player
 * @param {import("../player/commands.js").Commands} commands
 * @param {{trackEnded: () => boolean}} sleepTimer
 */
function onEnded(player, commands, sleepTimer) {
  if (sleepTimer.trackEnded()) commands.pause()
  commands.next(true)
  player.emit("moved")
}

/**
 * Show the failure and continue with the next track; after a few failures in a row, pause.
 * @param {PlayerSession} player
 * @param {import("../player/commands.js").Commands} commands
 * @param {{trackEnded: () => boolean}} sleepTimer
 * @param {FailedTracks} failures
 * @param {import("../../core/protocol.js").Item} item
 */
function onFailed(player, commands, sleepTimer, failures, item) {
  const { state } = player
  if (!state.is_playing)
    return showFailed(commands, interpolate(gettext("{title} cannot be played here."), { title: item.title }))
  const mayContinue = failures.failed()
  if (!mayContinue)
    return pauseAndShow(
      commands,
      interpolate(
        gettext("{title} cannot be played here, nor could the tracks before it. The queue stops here."),
        {
          title: item.title,
        },
      ),
    )
  const next = playableQueue(state, player.isMissing).following(state.repeat)
  if (next === null || next === state.current || sleepTimer.trackEnded())
    return pauseAndShow(
      commands,
      interpolate(gettext("{title} cannot be played here."), { title: item.title }),
    )
  showFailed(
    commands,
    interpolate(gettext("{title} cannot be played here. The next one plays instead."), { title: item.title }),
    false,
  )
  commands.next()
  if (player.item?.id === item.id) onFailed(player, commands, sleepTimer, failures, item) // the same file again
}

/** @param {import("../player/commands.js").Commands} commands @param {string} text */
function pauseAndShow(commands, text) {
  commands.pause()
  showFailed(commands, text)
}

/**
 * @param {import("../player/commands.js").Commands} commands
 * @param {string} text
 * @param {boolean} [offersNext]
 */
function showFailed(commands, text, offersNext = true) {
  const act = {
    text: gettext("Play the next one"),
    run: () => {
      commands.next()
      commands.resume()
    },
  }
  showNotice({
    key: "failed",
    text,
    tone: "bad",
    rank: 3,
    ...(offersNext ? { act } : { lastsMs: NOTICE_MS }),
  })
}

/**
 * Pause if the state is playing and no tab is audible, because the browser was closed. Tabs that negotiate the focus
 * themselves detect this immediately; otherwise the server does, when it is queried after six seconds.
 * @param {PlayerSession} player
 */
function watchForSilence(player) {
  let checksWithoutFocus = 0
  return every(CHECK_MS, () => {
    const isPlaying = player.isOpen && player.state.is_playing && !player.sound.here
    checksWithoutFocus = isPlaying && player.sound.isIdle ? checksWithoutFocus + 1 : 0
    if (checksWithoutFocus === CHECKS_WITHOUT_FOCUS) return pauseAtLastPosition(player)
    if (!isPlaying || performance.now() - player.store.lastPositionMs < SILENT_MS) return
    player.store.lastPositionMs = performance.now()
    // the query makes the server check; its response is not needed
    fetch(player.boot.player_url, { headers: { Accept: "application/json" } }).catch(() => {})
  })
}

/** @param {PlayerSession} player */
function pauseAtLastPosition(player) {
  const { current, position } = player.store.state
  player.say(Command.Pause, { entry_id: current, position }).catch(() => {})
}

const REPORT_INTERVAL_MS = 1000
const MIN_GAP_MS = 600 // the server accepts two reports a second

/**
 * Report the position of the audible tab: every second while it plays, after every seek, when the page is hidden and
 * when it is left. Other tabs move their sliders by it, and the server knows where to continue after the browser was
 * closed.
 * @param {PlayerSession} player
 */
export function mountPositionReporter(player) {
  const controller = new AbortController()
  const { signal } = controller
  const reportNow = () => {
    const position = currentPosition(player)
    if (position) sendReport(player, position)
  }
  const reportSoon = throttle(MIN_GAP_MS, reportNow)
  document.addEventListener("visibilitychange", () => document.hidden && reportNow(), { signal })
  addEventListener("pagehide", () => onPageHide(player), { signal })
  return disposeAll(
    () => controller.abort(),
    every(REPORT_INTERVAL_MS, reportNow),
    player.on("placed", () => reportSoon(undefined)),
  )
}

/** @param {PlayerSession} player */
function currentPosition(player) {
  const { current, is_playing: isPlaying } = player.state
  const { positionS, durationS } = player.output
  if (!player.sound.here || !isPlaying || positionS === null || current === null || isProvisional(current))
    return null
  const length = durationS === null ? {} : { duration: durationS }
  return {
    entry_id: current,
    position: positionS,
    tab: player.tab,
    revision: player.store.state.revision,
    ...length,
  }
}

/**
 * @param {PlayerSession} player
 * @param {{entry_id: string, position: number, tab: string, revision: number, duration?: number}} report
 */
function sendReport(player, report) {
  player.setAudiblePosition(report.entry_id, report.position)
  player.say(Command.Position, report).catch(() => {}) // without a connection, the next report replaces it
  player.output.prepare(player.nextItem)
}

/**
 * Send the last position with `keepalive`, because the socket may close before it sends anything.
 * @param {PlayerSession} player
 */
function onPageHide(player) {
  for (const command of player.pending.persistent) player.offlineQueue.keep(command)
  const position = currentPosition(player)
  player.output.drop()
  if (!position) return
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() ?? "" }
  fetch(player.boot.position_url, {
    method: "POST",
    keepalive: true,
    credentials: "same-origin",
    headers,
    body: JSON.stringify({ ...position, leaving: true }),
  }).catch(() => {})
}
