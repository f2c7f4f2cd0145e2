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

/** @typedef {import("../player/session.js").PlayerSession} Mine */

/**
 * @param {Mine} mine
 * @param {import("../player/commands.js").Commands} commands
 * @param {{endsWith: () => boolean}} sleep
 */
export function mount(mine, commands, sleep) {
  const failures = new FailedTracks()
  return disposeAll(
    mine.on("ended", (track) => {
      failures.reset()
      showTruncated(track)
      onEnded(mine, commands, sleep)
    }),
    mine.on("halted", () => commands.pause()),
    mine.on("failed", (item) => onFailed(mine, commands, sleep, failures, item)),
    every(CHECK_MS, () =>
      failures.update(mine.sound.here && mine.state.is_playing ? mine.voice.positionS : null),
    ),
    watchForSilence(mine),
  )
}

/** @param {import("./track.js").Track} track that has ended, perhaps before its length */
function showTruncated({ item, early }) {
  if (!early) return
  const why = early.played ? truncationMessage(early) : `${noDataMessage(early.endS)}.`
  showNotice({ key: "cut", text: `${item.title}: ${why}`, tone: "warn", rank: 3, lastsMs: NOTICE_MS })
}

/**
 * @param {Mine} mine
 * @param {import("../player/commands.js").Commands} commands
 * @param {{endsWith: () => boolean}} sleep
 */
function onEnded(mine, commands, sleep) {
  if (sleep.endsWith()) commands.pause()
  commands.next(true)
  mine.emit("moved")
}

/**
 * The audible tab shows the failure and continues with the next track; after a few failures in a row it
 * stops.
 * @param {Mine} mine
 * @param {import("../player/commands.js").Commands} commands
 * @param {{endsWith: () => boolean}} sleep
 * @param {FailedTracks} failures
 * @param {import("../../core/protocol.js").Item} item
 */
function onFailed(mine, commands, sleep, failures, item) {
  const { state } = mine
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
  const next = playableQueue(state, mine.gone).following(state.repeat)
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
  if (mine.item?.id === item.id) onFailed(mine, commands, sleep, failures, item) // the same file again
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
 * @param {Mine} mine
 */
function watchForSilence(mine) {
  let nobody = 0
  return every(CHECK_MS, () => {
    const plays = mine.isOpen && mine.state.is_playing && !mine.sound.here
    nobody = plays && mine.sound.isNobodys ? nobody + 1 : 0
    if (nobody === CHECKS_WITHOUT_FOCUS) return pauseWhereItWas(mine)
    if (!plays || performance.now() - mine.store.lastPositionMs < SILENT_MS) return
    mine.store.lastPositionMs = performance.now()
    // to be asked is enough
    fetch(mine.boot.player_url, { headers: { Accept: "application/json" } }).catch(() => {})
  })
}

/** @param {Mine} mine */
function pauseWhereItWas(mine) {
  const { current, position } = mine.store.state
  mine.say(Command.Pause, { entry_id: current, position }).catch(() => {})
}

const REPORT_INTERVAL_MS = 1000
const MIN_GAP_MS = 600 // the server takes two a second

/** @param {Mine} mine */
export function mountPositionReporter(mine) {
  const gone = new AbortController()
  const { signal } = gone
  const tell = () => {
    const here = currentPosition(mine)
    if (here) report(mine, here)
  }
  const soon = throttle(MIN_GAP_MS, tell)
  document.addEventListener("visibilitychange", () => document.hidden && tell(), { signal })
  addEventListener("pagehide", () => onPageHide(mine), { signal })
  return disposeAll(
    () => gone.abort(),
    every(REPORT_INTERVAL_MS, tell),
    mine.on("placed", () => soon(undefined)),
  )
}

/** @param {Mine} mine */
function currentPosition(mine) {
  const { current, is_playing: isPlaying } = mine.state
  const { positionS, durationS } = mine.voice
  if (!mine.sound.here || !isPlaying || positionS === null || current === null || isProvisional(current))
    return null
  const length = durationS === null ? {} : { duration: durationS }
  return {
    entry_id: current,
    position: positionS,
    tab: mine.tab,
    revision: mine.store.state.revision,
    ...length,
  }
}

/**
 * @param {Mine} mine
 * @param {{entry_id: string, position: number, tab: string, revision: number, duration?: number}} here
 */
function report(mine, here) {
  mine.heardAt(here.entry_id, here.position)
  mine.say(Command.Position, here).catch(() => {}) // no line: the next one counts
  mine.voice.prepare(mine.comes)
}

/** The socket may be gone before its last word is out; this is not. @param {Mine} mine */
function onPageHide(mine) {
  for (const command of mine.pending.persistent) mine.kept.keep(command)
  const here = currentPosition(mine)
  mine.voice.drop()
  if (!here) return
  const headers = { "Content-Type": "application/json", "X-CSRFToken": csrfToken() ?? "" }
  fetch(mine.boot.position_url, {
    method: "POST",
    keepalive: true,
    credentials: "same-origin",
    headers,
    body: JSON.stringify({ ...here, leaving: true }),
  }).catch(() => {})
}
