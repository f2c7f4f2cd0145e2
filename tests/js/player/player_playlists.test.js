import assert from "node:assert/strict"
import { test } from "node:test"

globalThis.document = {
  cookie: "",
  documentElement: { lang: "en" },
  getElementById: () => null,
  querySelector: () => null,
}
const { playInRoom } = await import("../../../static/js/page/player/player_playlists.js")

const ITEMS = [{ media_url: "https://example.org/gone.mp4" }]

/** A server that creates rooms; what it is asked stands in the result. */
function server(answerOfQueue) {
  const asked = []
  const answers = {
    "/api/rooms/": [201, { room_id: "r", url: "/rooms/r/" }],
    "/api/rooms/r/queue/": answerOfQueue,
    "/api/rooms/r/": [204, null],
  }
  globalThis.fetch = (url, { method }) => {
    asked.push(`${method} ${url}`)
    const [status, body] = answers[url]
    return Promise.resolve(new Response(body && JSON.stringify(body), { status }))
  }
  return asked
}

test("a playlist is played in a new room", async () => {
  const asked = server([200, {}])
  const visited = []
  globalThis.location = { assign: (url) => visited.push(url) }
  await playInRoom("Friday", ITEMS)
  assert.deepEqual(asked, ["POST /api/rooms/", "POST /api/rooms/r/queue/"])
  assert.deepEqual(visited, ["/rooms/r/"])
})

test("a room for which nothing of the playlist can be found any more is closed again", async () => {
  const asked = server([404, { code: "unknown_media", error: "Nothing of this can be found." }])
  await assert.rejects(playInRoom("Friday", ITEMS))
  assert.deepEqual(asked.at(-1), "DELETE /api/rooms/r/")
})
