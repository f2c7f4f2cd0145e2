import assert from "node:assert/strict"
import { test } from "node:test"
import {
  isTwitchChannel,
  parseTwitchMessage,
  twitchCommand,
  twitchFrameUrl,
} from "../../../static/js/core/embeds/twitch_protocol.js"
import {
  VIMEO_ORIGIN,
  parseVimeoMessage,
  pingMessage,
  vimeoCommand,
  vimeoFrameUrl,
  vimeoSubscriptions,
} from "../../../static/js/core/embeds/vimeo_protocol.js"

test("Vimeo's frame is of the video, with its key and without statistics", () => {
  const url = new URL(vimeoFrameUrl("https://vimeo.com/76979871/0123abcd#t=5s"))
  assert.equal(url.origin, VIMEO_ORIGIN)
  assert.equal(url.pathname, "/video/76979871")
  assert.equal(url.searchParams.get("h"), "0123abcd")
  assert.equal(url.searchParams.get("dnt"), "1")
  assert.equal(new URL(vimeoFrameUrl("https://vimeo.com/76979871")).searchParams.get("h"), null)
  for (const address of ["https://vimeo.com/about", "https://vimeo.com/76979871/../x", "76979871"])
    assert.equal(vimeoFrameUrl(address), null)
})

test("commands are Vimeo's methods", () => {
  assert.deepEqual(vimeoCommand({ do: "play" }), { method: "play" })
  assert.deepEqual(vimeoCommand({ do: "pause" }), { method: "pause" })
  assert.deepEqual(vimeoCommand({ do: "seek", toS: 12.5 }), { method: "setCurrentTime", value: 12.5 })
  assert.deepEqual(vimeoCommand({ do: "rate", rate: 1.25 }), { method: "setPlaybackRate", value: 1.25 })
  assert.deepEqual(vimeoCommand({ do: "volume", volume: 0.3 }), { method: "setVolume", value: 0.3 })
  assert.deepEqual(vimeoCommand({ do: "muted", muted: true }), { method: "setMuted", value: true })
  assert.deepEqual(pingMessage(), { method: "ping" })
  assert.ok(vimeoSubscriptions().some(({ value }) => value === "timeupdate"))
})

test("Vimeo's events become reports, as text and as objects", () => {
  for (const form of [(object) => object, JSON.stringify]) {
    const report = (event, data) => parseVimeoMessage(form({ event, data }))
    assert.deepEqual(report("ready"), { ready: true, delivered: true })
    assert.deepEqual(report("playing", { seconds: 3, duration: 60 }), { state: "playing", durationS: 60 })
    assert.deepEqual(report("timeupdate", { seconds: 3.25, percent: 0.05, duration: 60 }), {
      stalled: false,
      positionS: 3.25,
      durationS: 60,
    })
    assert.deepEqual(report("progress", { percent: 0.5, seconds: 30, duration: 60 }), {
      loadedShare: 0.5,
      durationS: 60,
    })
    assert.deepEqual(report("playbackratechange", { playbackRate: 1.25 }), { rate: 1.25 })
    assert.deepEqual(report("bufferstart"), { stalled: true })
    assert.deepEqual(report("error", { method: "play", name: "NotAllowedError" }), { blocked: true })
    assert.deepEqual(report("error", { method: "setPlaybackRate", name: "Error" }), { fixedRate: true })
    assert.deepEqual(report("error", { method: "ready", name: "Error" }), { failure: "not_embeddable" })
    assert.deepEqual(report("error", { method: "play", name: "PasswordError" }), {
      failure: "not_embeddable",
    })
    assert.equal(report("error", { method: "getChapters", name: "Error" }), null)
  }
  assert.deepEqual(parseVimeoMessage({ method: "ping" }), { ready: true, delivered: true })
})

test("anything else is no report of Vimeo's", () => {
  for (const message of [
    null,
    7,
    "",
    "{",
    "[]",
    {},
    { event: 3 },
    { event: "cuepoint" },
    { event: "__proto__" },
  ])
    assert.equal(parseVimeoMessage(message), null)
  assert.deepEqual(parseVimeoMessage({ event: "timeupdate", data: { seconds: "3", duration: -1 } }), {
    stalled: false,
  })
})

test("Twitch's frame names this page as its parent", () => {
  const url = new URL(twitchFrameUrl("https://www.twitch.tv/videos/123456789", "watch.example"))
  assert.equal(url.searchParams.get("video"), "v123456789")
  assert.equal(url.searchParams.get("parent"), "watch.example")
  const channel = new URL(twitchFrameUrl("https://www.twitch.tv/somebody", "watch.example"))
  assert.equal(channel.searchParams.get("channel"), "somebody")
  assert.equal(isTwitchChannel("https://www.twitch.tv/somebody"), true)
  assert.equal(isTwitchChannel("https://www.twitch.tv/videos/123456789"), false)
  assert.equal(twitchFrameUrl("https://clips.twitch.tv/a/b", "watch.example"), null)
})

test("Twitch's states become reports; it has no rates", () => {
  const update = (params) =>
    parseTwitchMessage({ namespace: "twitch-embed-player-proxy", eventName: "UPDATE_STATE", params })
  assert.deepEqual(parseTwitchMessage({ namespace: "twitch-embed", eventName: "ready" }), {
    ready: true,
    delivered: true,
  })
  assert.deepEqual(update({ playback: "Playing", currentTime: 12.5, duration: 3600 }), {
    state: "playing",
    positionS: 12.5,
    durationS: 3600,
  })
  assert.deepEqual(update({ playback: "Idle" }), { state: "paused" })
  assert.deepEqual(update({ playback: "constructor", currentTime: "3" }), {})
  for (const message of [null, "x", {}, { namespace: "twitch-embed" }])
    assert.equal(parseTwitchMessage(message), null)
  assert.equal(update(null), null)
  assert.equal(twitchCommand({ do: "rate", rate: 1.25 }), null)
  assert.deepEqual(twitchCommand({ do: "seek", toS: 9 }), {
    namespace: "twitch-embed-player-proxy",
    eventName: 4,
    params: 9,
  })
})
