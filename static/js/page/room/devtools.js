// @ts-check
/**
 * `window.watchium`, for programs, the console and tests, and custom events of the room as DOM events of
 * `window`. What of it stays is on the page about the page's API (docs/page-api.md).
 */

const BROADCAST = "watchium:broadcast"

/** @param {import("./session.js").Session} room */
export function expose(room) {
  Object.assign(window, {
    watchium: {
      room,
      on: (/** @type {string} */ type, /** @type {import("../lib/emitter.js").Listener} */ fn) =>
        room.on(type, fn),
      /** Hold every frame this long, each way. */
      delay: (/** @type {number} */ upMs, downMs = upMs) => room.socket.latency.set(upMs, downMs),
      sample: () => sample(room),
    },
  })
  room.on("broadcast", ({ type, payload, timestamp }) => {
    window.dispatchEvent(new CustomEvent(BROADCAST, { detail: { type, payload, timestamp } }))
  })
}

/**
 * Everything in one task, so that the numbers belong to one instant.
 * @param {import("./session.js").Session} room
 */
function sample(room) {
  const now = performance.now()
  const { element } = room.player
  const { currentTime, paused } = element
  const position = room.position()
  const { revision } = room.state
  const driftMs = (currentTime - position) * 1000
  return {
    now,
    serverNow: room.clock.serverNow(now),
    currentTime,
    paused,
    position,
    driftMs,
    revision,
    offsetMs: room.clock.output,
  }
}
