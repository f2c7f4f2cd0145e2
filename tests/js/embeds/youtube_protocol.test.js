import assert from "node:assert/strict"
import { test } from "node:test"
import {
  YOUTUBE_ORIGIN,
  commandMessage,
  frameUrl,
  listeningMessage,
  parseMessage,
  subscriptions,
  videoIdOf,
} from "../../../static/js/core/embeds/youtube_protocol.js"
import { each } from "../random.js"

const message = (event, info) => JSON.stringify({ event, info, id: 1, channel: "widget" })

test("the id of the video is read from the address that the server stores, and from nothing else", () => {
  assert.equal(videoIdOf("https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42s"), "dQw4w9WgXcQ")
  for (const address of [
    "https://www.youtube.com/watch?v=short",
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ/../x",
    "https://www.youtube.com/watch",
    "dQw4w9WgXcQ",
  ])
    assert.equal(videoIdOf(address), null)
})

test("the frame is of the host without cookies, with the page's origin and without YouTube's controls", () => {
  const url = new URL(frameUrl("dQw4w9WgXcQ", "https://watch.example:8443"))
  assert.equal(url.origin, YOUTUBE_ORIGIN)
  assert.equal(url.pathname, "/embed/dQw4w9WgXcQ")
  assert.deepEqual(Object.fromEntries(url.searchParams), {
    enablejsapi: "1",
    origin: "https://watch.example:8443",
    playsinline: "1",
    rel: "0",
    controls: "0",
    disablekb: "1",
  })
})

test("commands are the player's functions", () => {
  const sent = (command) => {
    const { event, func, args } = JSON.parse(commandMessage(command))
    assert.equal(event, "command")
    return [func, ...args]
  }
  assert.deepEqual(sent({ do: "play" }), ["playVideo"])
  assert.deepEqual(sent({ do: "pause" }), ["pauseVideo"])
  assert.deepEqual(sent({ do: "seek", toS: 12.5 }), ["seekTo", 12.5, true])
  assert.deepEqual(sent({ do: "rate", rate: 1.25 }), ["setPlaybackRate", 1.25])
  assert.deepEqual(sent({ do: "volume", volume: 0.333 }), ["setVolume", 33])
  assert.deepEqual(sent({ do: "muted", muted: true }), ["mute"])
  assert.deepEqual(sent({ do: "muted", muted: false }), ["unMute"])
  assert.equal(JSON.parse(listeningMessage()).event, "listening")
  assert.ok(subscriptions().every((text) => JSON.parse(text).func === "addEventListener"))
})

test("states, errors and positions become reports", () => {
  assert.deepEqual(parseMessage(message("onReady", null)), { ready: true })
  assert.deepEqual(parseMessage(message("onStateChange", -1)), { state: "unstarted" })
  assert.deepEqual(parseMessage(message("onStateChange", 1)), { state: "playing" })
  assert.deepEqual(parseMessage(message("onPlaybackRateChange", 1.25)), { rate: 1.25 })
  assert.deepEqual(parseMessage(message("onAutoplayBlocked")), { blocked: true })
  for (const [code, failure] of [
    [2, "bad_address"],
    [5, "player_failed"],
    [100, "not_found"],
    [101, "not_embeddable"],
    [150, "not_embeddable"],
    [153, "no_referrer"],
    [999, "player_failed"],
  ])
    assert.deepEqual(parseMessage(message("onError", code)), { failure })
  const info = {
    currentTime: 12.25,
    currentTimeLastUpdated_: 1700000000.125,
    playerState: 3,
    duration: 212.1,
    playbackRate: 1,
    videoLoadedFraction: 0.25,
    videoData: { isLive: false, title: "A video" },
  }
  const report = {
    state: "buffering",
    positionS: 12.25,
    stampS: 1700000000.125,
    durationS: 212.1,
    rate: 1,
    loadedShare: 0.25,
    live: false,
  }
  assert.deepEqual(parseMessage(message("infoDelivery", info)), report)
  assert.deepEqual(parseMessage(message("initialDelivery", info)), {
    ready: true,
    delivered: true,
    ...report,
  })
})

test("anything else is no report, and no field of another type is taken", () => {
  for (const data of [
    null,
    undefined,
    7,
    {},
    { event: "onReady" },
    "",
    "{",
    "null",
    "[]",
    '"onReady"',
    message("apiInfoDelivery", {}),
    message("__proto__", 1),
    message("onStateChange", 9),
    message("onStateChange", "1"),
    message("onError", "150"),
    message("infoDelivery", null),
    message("infoDelivery", [1]),
    message("onPlaybackRateChange", "2"),
    message("onPlaybackRateChange", -1),
    message("infoDelivery", "x".repeat(200_000)),
  ])
    assert.equal(parseMessage(data), null)
  const odd = { currentTime: "12", currentTimeLastUpdated_: {}, duration: -1, playbackRate: 0, videoData: 3 }
  assert.deepEqual(parseMessage(message("infoDelivery", odd)), {})
  assert.deepEqual(
    parseMessage(message("infoDelivery", { videoData: { isLive: "yes" }, playerState: 4 })),
    {},
  )
})

test("whatever is sent, a report has only numbers that are numbers", () =>
  each(300, (random) => {
    const value = () => random.pick([null, true, "1", -1, 0, 1.5, 1e308, [], {}, { isLive: 1 }, "NaN"])
    const names = [
      "currentTime",
      "currentTimeLastUpdated_",
      "duration",
      "playbackRate",
      "videoLoadedFraction",
    ]
    const info = Object.fromEntries([...names, "playerState", "videoData"].map((name) => [name, value()]))
    const event = random.pick(["infoDelivery", "initialDelivery", "onStateChange", "onError", "onReady"])
    const report = parseMessage(message(event, random.chance(0.8) ? info : value()))
    for (const [name, found] of Object.entries(report ?? {})) {
      if (["ready", "delivered", "live", "blocked"].includes(name)) assert.equal(typeof found, "boolean")
      else if (["state", "failure"].includes(name)) assert.equal(typeof found, "string")
      else assert.ok(Number.isFinite(found) && found >= 0, `${name}: ${found}`)
    }
  }))
