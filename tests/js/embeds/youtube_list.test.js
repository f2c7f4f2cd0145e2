import assert from "node:assert/strict"
import { test } from "node:test"
import { listedVideos, listFrameUrl, listIdOf } from "../../../static/js/core/embeds/youtube_list.js"

const message = (info) => JSON.stringify({ event: "infoDelivery", info, id: 1, channel: "widget" })
const ID = "PLrAXtmErZgOeiKm4sgNOknGvNjby9efdf"

test("the id of a playlist is read from the addresses that name one alone", () => {
  for (const address of [
    `https://www.youtube.com/playlist?list=${ID}`,
    `https://m.youtube.com/playlist?si=x&list=${ID}`,
    `https://music.youtube.com/playlist?list=${ID}`,
    `https://www.youtube-nocookie.com/embed/videoseries?list=${ID}`,
  ])
    assert.equal(listIdOf(address), ID)
  for (const address of [
    `https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=${ID}`,
    "https://www.youtube.com/playlist",
    "https://www.youtube.com/playlist?list=../x",
    `https://youtube.com.example.org/playlist?list=${ID}`,
    `https://notyoutube.com/playlist?list=${ID}`,
    ID,
  ])
    assert.equal(listIdOf(address), null, address)
})

test("the frame of a playlist is of the host without cookies", () => {
  const url = new URL(listFrameUrl(ID, "https://watch.example"))
  assert.equal(url.host, "www.youtube-nocookie.com")
  assert.equal(url.pathname, "/embed/videoseries")
  assert.equal(url.searchParams.get("list"), ID)
  assert.equal(url.searchParams.get("origin"), "https://watch.example")
})

test("the videos of a playlist are those that the player lists, in their order, and nothing else", () => {
  assert.deepEqual(listedVideos(message({ playlist: ["dQw4w9WgXcQ", "aqz-KE-bpKQ"] })), [
    "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
    "https://www.youtube.com/watch?v=aqz-KE-bpKQ",
  ])
  const odd = ["dQw4w9WgXcQ", 7, null, "short", "dQw4w9WgXcQ&x=1", ["aqz-KE-bpKQ"]]
  assert.equal(listedVideos(message({ playlist: odd })).length, 1)
  for (const info of [null, [], {}, { playlist: null }, { playlist: "dQw4w9WgXcQ" }])
    assert.deepEqual(listedVideos(message(info)), [])
  for (const data of [null, 7, "", "{", "null", { info: { playlist: ["dQw4w9WgXcQ"] } }])
    assert.deepEqual(listedVideos(data), [])
  assert.equal(listedVideos(message({ playlist: Array(500).fill("dQw4w9WgXcQ") })).length, 200)
})
