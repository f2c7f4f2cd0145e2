// @ts-check
/**
 * What happens by itself: a track ends, one cannot be played, the sound is stopped, a browser was closed
 * while it played.
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
const SILENT_MS = 7000 // the server gives a tab six seconds
const NOTICE_MS = 10_000
const CHECKS_WITHOUT_FOCUS = 2 // tabs that hand the sound over need a moment

/** @typedef {import("../player/session.js").PlayerSession} PlayerSession */

/**
 * @param {PlayerSession} player
 * @param {import("../player/commands.js").Commands} commands
 * @param {{endsWith: () => boolean}} sleep
 */
export function mount(player, commands, sleep) {
  const failures = new FailedTracks()
  return disposeAll(
    player.on("ended", (track) => {
      failures.reset()
      showTruncated(track)
      onEnded(player, commands, sleep)
    }),
    player.on("halted", () => commands.pause()),
    player.on("failed", (item) => onFailed(player, commands, sleep, failures, item)),
    every(CHECK_MS, () =>
      failures.update(player.sound.here && player.state.is_playing ? player.output.positionS : null),
    ),
    watchForSilence(player),
  )
}

/** @param {import("./track.js").Track} track that has ended, perhaps before its length */
function showTruncated({ item, early }) {
  if (!early) return
  const why = early.played ? truncationMessage(early) : `${noDataMessage(early.endS)}.`
  showNotice({ key: "cut", text: `${item.title}: ${why}`, tone: "warn", rank: 3, lastsMs: NOTICE_MS })
}

/**
 * @param {PlayerSession} player
 * @param {import("../player/commands.js").Commands} commands
 * @param {{endsWith: () => boolean}} sleep
 */
function onEnded(player, commands, sleep) {
  if (sleep.endsWith()) commands.pause()
  commands.next(true)
  player.emit("moved")
}

/**
 * The audible tab shows the failure and continues with the next track; after a few failures in a row it
 * stops.
 * @param {PlayerSession} player
 * @param {import("../player/commands.js").Commands} commands
 * @param {{endsWith: () => boolean}} sleep
 * @param {FailedTracks} failures
 * @param {import("../../core/protocol.js").Item} item
 */
function onFailed(player, commands, sleep, failures, item) {
  const { state } = player
  if (!state.is_playing)
    return showFailed(commands, interpolate(gettext("{title} cannot be played here."), { title: item.title }))
  const goesOn = failures.failed()
  if (!goesOn)
    return pauseAndShow(
      commands,
      interpolate(
        gettext("{title} cannot be played here, nor could the tracks before it. The queue stops here."),
        {
          title: item.title,
        },
      ),
    )
  const next = playableQueue(state, player.gone).following(state.repeat)
  if (next === null || next === state.current || sleep.endsWith())
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
  if (player.item?.id === item.id) onFailed(player, commands, sleep, failures, item) // the same file again
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
 * The state is playing and no tab is audible, because the browser was closed. If the tabs negotiate the focus
 * themselves, this shows at once; if not, the server notices when it is queried after six seconds.
 * @param {PlayerSession} player
 */
function watchForSilence(player) {
  let nobody = 0
  return every(CHECK_MS, () => {
    const plays = player.isOpen && player.state.is_playing && !player.sound.here
    nobody = plays && player.sound.isNobodys ? nobody + 1 : 0
    if (nobody === CHECKS_WITHOUT_FOCUS) return pauseWhereItWas(player)
    if (!plays || performance.now() - player.store.lastPositionMs < SILENT_MS) return
    player.store.lastPositionMs = performance.now()
    // to be asked is enough
    fetch(player.boot.player_url, { headers: { Accept: "application/json" } }).catch(() => {})
  })
}

/** @param {PlayerSession} player */
function pauseWhereItWas(player) {
  const { current, position } = player.store.state
  player.say(Command.Pause, { entry_id: current, position }).catch(() => {})
}

const REPORT_INTERVAL_MS = 1000
const MIN_GAP_MS = 600 // the server takes two a second

/** @param {PlayerSession} player */
export function mountPositionReporter(player) {
  const gone = new AbortController()
  const { signal } = gone
  const tell = () => {
    const here = currentPosition(player)
    if (here) report(player, here)
  }
  const soon = throttle(MIN_GAP_MS, tell)
  document.addEventListener("visibilitychange", () => document.hidden && tell(), { signal })
  addEventListener("pagehide", () => onPageHide(player), { signal })
  return disposeAll(
    () => gone.abort(),
    every(REPORT_INTERVAL_MS, tell),
    player.on("placed", () => soon(undefined)),
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
 * @param {{entry_id: string, position: number, tab: string, revision: number, duration?: number}} here
 */
function report(player, here) {
  player.heardAt(here.entry_id, here.position)
  player.say(Command.Position, here).catch(() => {}) // no line: the next one counts
  player.output.prepare(player.comes)
}

/** The socket may be gone before its last word is out; this is not. @param {PlayerSession} player */
function onPageHide(player) {
  for (const command of player.pending.persistent) player.offlineQueue.keep(command)
  const here = currentPosition(player)
  player.output.drop()
  if (!here) return
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() ?? "" }
  fetch(player.boot.position_url, {
    method: "POST",
    keepalive: true,
    credentials: "same-origin",
    headers,
    body: JSON.stringify({ ...here, leaving: true }),
  }).catch(() => {})
}
