// @ts-check
/** `window.watchium`, for the console and for tests. */

/** @param {import("./session.js").Session} room */
export function expose(room) {
  Object.assign(window, {
    watchium: {
      room,
      /** Hold every frame this long, each way. */
      delay: (/** @type {number} */ upMs, downMs = upMs) => room.socket.latency.set(upMs, downMs),
      sample: () => sample(room),
    },
  })
}

/** Everything in one task, so that the numbers belong to one instant. @param {import("./session.js").Session} room */
function sample(room) {
  const now = performance.now()
  const { element } = room.player
  const { currentTime, paused } = element
  const position = room.position()
  const { revision } = room.state
  const driftMs = (currentTime - position) * 1000
  return { now, serverNow: room.clock.serverNow(now), currentTime, paused, position, driftMs, revision, offsetMs: room.clock.output }
}
