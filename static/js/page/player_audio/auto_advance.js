// @ts-check
/**
 * What happens by itself: a track ends, one cannot be played, the sound is stopped, a browser was closed
 * while it played.
 */

import { playableQueue } from "../../core/player/optimistic.js"
import { FailedTracks } from "../../core/player/queue.js"
import { Command } from "../../core/protocol.js"
import { wordsOfCut, wordsOfNoData } from "../media/truncation_message.js"
import { all } from "../lib/dom.js"
import { announce } from "../ui/notify.js"
import { every } from "../lib/timers.js"
import { fill, gettext } from "../lib/i18n.js"

const LOOK_MS = 1000
const SILENT_MS = 7000 // the server gives a tab six seconds
const SAID_MS = 10_000
const NOBODY_LOOKS = 2 // tabs that hand the sound over need a moment

/** @typedef {import("../player/session.js").Mine} Mine */

/**
 * @param {Mine} mine
 * @param {import("../player/commands.js").Commands} commands
 * @param {{endsWith: () => boolean}} sleep
 */
export function mount(mine, commands, sleep) {
  const failures = new FailedTracks()
  return all(
    mine.on("ended", (track) => {
      failures.reset()
      sayCut(track)
      ended(mine, commands, sleep)
    }),
    mine.on("halted", () => commands.pause()),
    mine.on("failed", (item) => failed(mine, commands, sleep, failures, item)),
    every(LOOK_MS, () =>
      failures.update(mine.sound.here && mine.state.is_playing ? mine.voice.positionS : null),
    ),
    watchSilence(mine),
  )
}

/** @param {import("./track.js").Track} track that has ended, perhaps before its length */
function sayCut({ item, early }) {
  if (!early) return
  const why = early.played ? wordsOfCut(early) : `${wordsOfNoData(early.endS)}.`
  announce({ key: "cut", text: `${item.title}: ${why}`, tone: "warn", rank: 3, lastsMs: SAID_MS })
}

/**
 * @param {Mine} mine
 * @param {import("../player/commands.js").Commands} commands
 * @param {{endsWith: () => boolean}} sleep
 */
function ended(mine, commands, sleep) {
  if (sleep.endsWith()) commands.pause()
  commands.next(true)
  mine.emit("moved")
}

/**
 * The tab that sounds says so and goes on to the next one; after a few in a row it stops.
 * @param {Mine} mine
 * @param {import("../player/commands.js").Commands} commands
 * @param {{endsWith: () => boolean}} sleep
 * @param {FailedTracks} failures
 * @param {import("../../core/protocol.js").Item} item
 */
function failed(mine, commands, sleep, failures, item) {
  const { state } = mine
  if (!state.is_playing)
    return sayFailed(commands, fill(gettext("{title} cannot be played here."), { title: item.title }))
  const goesOn = failures.failed()
  if (!goesOn)
    return stop(
      commands,
      fill(gettext("{title} cannot be played here, nor could the tracks before it. The queue stops here."), {
        title: item.title,
      }),
    )
  const next = playableQueue(state, mine.gone).following(state.repeat)
  if (next === null || next === state.current || sleep.endsWith())
    return stop(commands, fill(gettext("{title} cannot be played here."), { title: item.title }))
  sayFailed(
    commands,
    fill(gettext("{title} cannot be played here. The next one plays instead."), { title: item.title }),
    false,
  )
  commands.next()
  if (mine.item?.id === item.id) failed(mine, commands, sleep, failures, item) // the same file again
}

/** @param {import("../player/commands.js").Commands} commands @param {string} text */
function stop(commands, text) {
  commands.pause()
  sayFailed(commands, text)
}

/**
 * @param {import("../player/commands.js").Commands} commands
 * @param {string} text
 * @param {boolean} [offersNext]
 */
function sayFailed(commands, text, offersNext = true) {
  const act = {
    text: gettext("Play the next one"),
    run: () => {
      commands.next()
      commands.resume()
    },
  }
  announce({ key: "failed", text, tone: "bad", rank: 3, ...(offersNext ? { act } : { lastsMs: SAID_MS }) })
}

/**
 * It "plays", and no tab is heard: the browser was closed meanwhile. Where the tabs settle the sound among
 * themselves that shows at once; where not, the server finds it out when it is asked after six seconds.
 * @param {Mine} mine
 */
function watchSilence(mine) {
  let nobody = 0
  return every(LOOK_MS, () => {
    const plays = mine.isOpen && mine.state.is_playing && !mine.sound.here
    nobody = plays && mine.sound.isNobodys ? nobody + 1 : 0
    if (nobody === NOBODY_LOOKS) return stopWhereItWas(mine)
    if (!plays || performance.now() - mine.store.lastPositionMs < SILENT_MS) return
    mine.store.lastPositionMs = performance.now()
    // to be asked is enough
    fetch(mine.boot.player_url, { headers: { Accept: "application/json" } }).catch(() => {})
  })
}

/** @param {Mine} mine */
function stopWhereItWas(mine) {
  const { current, position } = mine.store.state
  mine.say(Command.Pause, { entry_id: current, position }).catch(() => {})
}
