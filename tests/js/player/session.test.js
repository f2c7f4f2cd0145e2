import assert from "node:assert/strict"
import { mock, test } from "node:test"
import { simulateBrowser } from "../sync/simulated_element.js"

simulateBrowser()
mock.timers.enable({ apis: ["setTimeout"] })
let nowMs = 0
mock.method(performance, "now", () => nowMs)
const page = /** @type {any} */ (globalThis)
page.addEventListener = () => {}
page.BroadcastChannel = class {
  postMessage() {}
} // Node's keeps the process alive
const { PlayerSession } = await import("../../../static/js/page/player/session.js")

/** @type {any} */
const ITEM = {
  id: 7,
  title: "t",
  artist: "",
  album: "",
  album_id: null,
  duration: 100,
  kind: "audio",
  mime: "audio/ogg",
  url: "/media/library/7",
  cover: null,
  missing: false,
}
const STATE = {
  revision: 3,
  entries: [
    { id: "1.0", item: 7 },
    { id: "1.1", item: 7 },
  ],
  current: "1.0",
  position: 10,
  at: 0,
  is_playing: true,
  rate: 1,
  repeat: "off",
  can_undo: false,
  can_redo: false,
}

/** The playing tab, without a connection, and the commands it reported as lost. */
function sounding(state) {
  const mine = new PlayerSession({ device_id: "d", socket_path: "/" })
  const lost = []
  mine.on("dropped", ({ type }) => lost.push(type))
  mine.sound.election.audible = true
  mine.addItems([ITEM])
  mine.store.state = { ...STATE, ...state }
  mine.say("set_repeat", { repeat: "off" }).catch(() => {}) // updates the shown state
  const press = (type, payload) => mine.say(type, payload).catch(() => {})
  const wait = () => {
    // as the tab reports every second
    if (mine.state.is_playing)
      mine.setAudiblePosition(String(mine.state.current), Number(mine.output.positionS))
    nowMs += 5001
    press("set_repeat", { repeat: "off" })
  }
  return { mine, lost, press, wait }
}

test("a seek that is not sent in time takes effect in a tab that plays on from there, and is reported lost in others", () => {
  const pause = ["pause", { entry_id: "1.0", position: 10 }]
  const next = ["next", { entry_id: "1.0" }]
  for (const [state, earlier, isLost] of /** @type {[any, any[], boolean][]} */ ([
    [{}, [], false],
    [{ is_playing: false }, [], true],
    [{}, [pause], true],
    [{}, [next], true],
  ])) {
    const { mine, lost, press, wait } = sounding(state)
    for (const command of earlier) press(...command)
    press("seek", { position: 50 })
    assert.equal(mine.output.positionS, 50)
    wait()
    assert.deepEqual(
      [lost.includes("seek"), mine.output.positionS === 50],
      [isLost, !isLost],
      JSON.stringify([state, earlier]),
    )
  }
})
