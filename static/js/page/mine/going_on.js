// @ts-check
/** What happens by itself: a track ends, one cannot be played, the sound is stopped, a browser was closed while it played. */

import { Command } from "../../core/wire.js"
import { all } from "../pieces.js"
import { announce } from "../problems.js"
import { every } from "../timer.js"
import { fill, gettext } from "../words.js"

const LOOK_MS = 1000
const SILENT_MS = 7000 // the server gives a tab six seconds
const NOBODY_LOOKS = 2 // tabs that hand the sound over need a moment

/** @typedef {import("./session.js").Mine} Mine */

/** @param {Mine} mine @param {import("./commands.js").Commands} commands @param {{endsWith: () => boolean}} sleep */
export function mount(mine, commands, sleep) {
  return all(
    mine.on("ended", () => ended(mine, commands, sleep)),
    mine.on("halted", () => commands.pause()),
    mine.on("failed", (item) => failed(commands, item)),
    watchSilence(mine, commands),
  )
}

/** @param {Mine} mine @param {import("./commands.js").Commands} commands @param {{endsWith: () => boolean}} sleep */
function ended(mine, commands, sleep) {
  if (sleep.endsWith()) commands.pause()
  commands.next(true)
  mine.emit("moved")
}

/** @param {import("./commands.js").Commands} commands @param {import("../../core/wire.js").Item} item */
function failed(commands, item) {
  commands.pause()
  announce({
    key: "failed",
    text: fill(gettext("{title} cannot be played here."), { title: item.title }),
    tone: "bad",
    rank: 3,
    act: { text: gettext("Play the next one"), run: () => { commands.next(); commands.resume() } },
  })
}

/**
 * It "plays", and no tab is heard: the browser was closed meanwhile. Where the tabs settle the sound among themselves
 * that shows at once; where not, the server finds it out when it is asked after six seconds.
 * @param {Mine} mine @param {import("./commands.js").Commands} commands
 */
function watchSilence(mine, commands) {
  let nobody = 0
  return every(LOOK_MS, () => {
    const plays = mine.isOpen && mine.state.is_playing && !mine.sound.here
    nobody = plays && mine.sound.isNobodys ? nobody + 1 : 0
    if (nobody === NOBODY_LOOKS) return stopWhereItWas(mine)
    if (!plays || performance.now() - mine.log.heardMs < SILENT_MS) return
    mine.log.heardMs = performance.now()
    fetch(mine.boot.player_url, { headers: { Accept: "application/json" } }).catch(() => {}) // to be asked is enough
  })
}

/** @param {Mine} mine */
function stopWhereItWas(mine) {
  const { current, position } = mine.log.state
  mine.say(Command.Pause, { entry_id: current, position }).catch(() => {})
}
