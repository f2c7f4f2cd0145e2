import assert from "node:assert/strict"
import { createServer } from "node:http"
import { after, before, test } from "node:test"

const browser = /** @type {any} */ (globalThis)
browser.location = new URL("http://watchium.test/rooms/a/")
const { describeMissingTrack } = await import("../../../static/js/page/sources/missing_tracks.js")
const { findCause } = await import("../../../static/js/page/sources/file_fault.js")

const SIZE = 100_000
/** How the server answers: to the whole file and to a range of it. @type {Record<string, [number, string, string]>} */
const ANSWERS = {
  fine: [200, "video/mp4", "\0\0\0\x18ftyp"],
  missing: [404, "text/plain", ""],
  forbidden: [403, "text/plain", ""],
  broken: [503, "text/plain", ""],
  page: [200, "text/html", "<p>Log in"],
  disguised: [200, "video/mp4", "<!DOCTYPE html><p>Log in"],
  avi: [200, "video/mp4", "RIFF\0\0\0\0AVI LIST"],
  text: [200, "text/plain", "Try again tomorrow"],
  hevc: [206, "video/mp4", `\0\0\0\x18ftypisom stsd${"\0".repeat(12)}hvc1`.padEnd(SIZE)],
}
/** @type {string[]} */
const asked = []
const server = createServer((request, response) => {
  const [whole, rest] = (request.url ?? "").slice(1).split("-")
  const { range } = request.headers
  asked.push(range ?? "whole")
  if (whole === "silent") return
  const [status, type, body] = ANSWERS[(range && rest) || whole]
  response.writeHead(status, { "Content-Type": type, "Content-Length": body ? SIZE : 0 })
  response.write(body)
  if (!body || body.length === SIZE) response.end()
})
before(() => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(null))))
after(() => {
  server.closeAllConnections()
  server.close()
})

/** A player whose file stopped arriving at `loadedS` of 100 s. */
function player(path, { loadedS = 0, failure = null, port = 0, code = 0, plays = /./ } = {}) {
  const at = port || /** @type {import("node:net").AddressInfo} */ (server.address()).port
  const element = new EventTarget()
  const buffered = { length: loadedS ? 1 : 0, end: () => loadedS }
  const error = code ? { code, message: "" } : null
  const canPlayType = (type) => (plays.test(type) ? "maybe" : "")
  Object.assign(element, { buffered, currentTime: 0, duration: loadedS ? 100 : NaN, error, canPlayType })
  return /** @type {any} */ ({
    url: `http://127.0.0.1:${at}/${path}#t=5`,
    element,
    controller: { media: { endOfData: { attached: loadedS > 0 }, failure } },
    cause: null,
    warning: null,
    ticks: 0,
    tick() {
      this.ticks += 1
    },
  })
}

async function fault(...args) {
  const found = player(.../** @type {[any]} */ (args))
  await findCause(found)
  assert.equal(found.warning, found.cause)
  assert.equal(found.ticks, found.cause ? 1 : 0)
  return found.cause?.fault ?? null
}

test("what a server answers in place of a file is named", async () => {
  assert.equal(await fault("missing"), "missing")
  assert.equal(await fault("forbidden"), "forbidden")
  assert.equal(await fault("broken"), "server")
  assert.equal(await fault("page"), "replaced")
  assert.equal(await fault("disguised"), "replaced")
  assert.equal(await fault("fine"), null)
  assert.equal(await fault("fine", { port: 1 }), "unreachable")
})

test("of a file that arrives well and does not play, the format is named", async () => {
  const NO_MEDIA = 4
  const cause = async (path, plays = /./) => {
    const found = player(path, { code: NO_MEDIA, plays })
    await findCause(found)
    return [found.cause?.fault, found.cause?.codec]
  }
  assert.deepEqual(await cause("avi", /mp4/), ["codec", "AVI"])
  assert.deepEqual(await cause("hevc", /mp4$|avc1/), ["codec", "HEVC"])
  assert.deepEqual(await cause("text"), ["no_media", undefined])
  assert.deepEqual(await cause("fine"), ["damaged", undefined])
  assert.deepEqual(await cause("fine", /webm/), ["codec", "MP4"])
  assert.deepEqual(await cause("missing"), ["missing", undefined])
  assert.equal(await fault("avi", { code: 3 }), null)
})

test("a file that broke off is asked for where it went on", async () => {
  asked.length = 0
  assert.equal(await fault("fine-forbidden", { loadedS: 40 }), "expired")
  assert.deepEqual(asked, ["whole", "bytes=41000-"])
  assert.equal(await fault("fine-page", { loadedS: 40 }), "replaced")
  assert.equal(await fault("fine-fine", { loadedS: 40 }), null)
  assert.equal(await fault("missing-fine", { loadedS: 40 }), "gone")
  assert.equal(await fault("forbidden", { loadedS: 100 }), null) // all of it is here
})

test("the cause is shown until more of the file arrives, and a failure keeps it", async () => {
  const failure = { kind: "interrupted", message: null }
  const found = player("fine-forbidden", { loadedS: 40, failure: /** @type {any} */ (failure) })
  await Promise.all([findCause(found), findCause(found)])
  assert.equal(failure.message, found.cause)
  assert.equal(found.ticks, 1)
  const say = () => found.element.dispatchEvent(new Event("progress"))
  say()
  assert.equal(found.cause?.fault, "expired")
  found.element.buffered = { length: 1, end: () => 41 }
  say()
  assert.equal(found.cause, null)
  assert.equal(found.warning, null)
})

test("an answer that comes after other media were loaded changes nothing", async () => {
  const found = player("missing")
  const asks = findCause(found)
  found.url = found.url.replace("missing", "forbidden")
  await asks
  assert.equal(found.cause, null)
})

test("other media are asked for at once, while the server of the former has not answered", async () => {
  const found = player("silent")
  const asks = findCause(found)
  found.url = found.url.replace("silent", "missing")
  await findCause(found)
  assert.equal(found.cause?.fault, "missing")
  await asks
  assert.equal(found.cause?.fault, "missing")
})

test("the codec of a picture that is not played is read from the file, if pages may read it", async () => {
  const media = (path) => /** @type {any} */ ({ url: player(path).url })
  assert.deepEqual(await describeMissingTrack("picture", media("hevc"), null), {
    track: "picture",
    codec: "HEVC",
  })
  assert.deepEqual(await describeMissingTrack("sound", media("hevc"), null), { track: "sound", codec: null })
  assert.deepEqual(await describeMissingTrack("picture", media("missing"), null), {
    track: "picture",
    codec: null,
  })
})
