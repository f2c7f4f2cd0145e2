import assert from "node:assert/strict"
import { mock, test } from "node:test"

mock.timers.enable({ apis: ["setTimeout"] })
globalThis.document = /** @type {any} */ ({ cookie: "csrftoken=abc" })

/** @typedef {{status: number, offset?: number, wait?: number}} Reply */
/** What the page asked, and the replies of the server in their order. */
const asked = /** @type {string[]} */ ([])
const replies = /** @type {Reply[]} */ ([])

globalThis.XMLHttpRequest = /** @type {any} */ (
  class {
    upload = {}
    onloadend = () => {}
    status = 0
    responseText = ""
    headers = /** @type {Record<string, string>} */ ({})
    offset = /** @type {string | null} */ (null)

    open(/** @type {string} */ method) {
      this.method = method
    }
    setRequestHeader(/** @type {string} */ name, /** @type {string} */ value) {
      this.headers[name] = value
    }
    getResponseHeader() {
      return this.offset
    }
    abort() {}
    send(/** @type {Blob | undefined} */ body) {
      const at = this.headers["Upload-Offset"]
      asked.push(body ? `${this.method} ${at}+${body.size}` : `${this.method}`)
      const { status, offset, wait } = replies.shift() ?? { status: 404 }
      this.status = status
      this.offset = offset === undefined ? null : String(offset)
      this.responseText = JSON.stringify({ code: "unavailable", retry_after_ms: wait ?? null })
      queueMicrotask(() => this.onloadend())
    }
  }
)

const { ResumableUpload } = await import("../../../static/js/page/uploads/resumable_upload.js")
const KB = 1024

/** Let time pass until the next request, and return how much did. */
async function untilAsked() {
  const before = asked.length
  for (let ms = 0; ms <= 60_000; ms += 100) {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve()
    if (asked.length > before) return ms
    mock.timers.tick(100)
  }
  throw new Error("no further request")
}

/** @param {number} size @param {Reply[]} script */
function begin(size, script) {
  asked.length = 0
  replies.splice(0, replies.length, ...script)
  const sent = new ResumableUpload("/u/", new Blob([new Uint8Array(size)]), () => {}).send()
  return sent
}

test("a piece that has to wait for others is sent again after the server's time, then later and later", async () => {
  const busy = { status: 423, wait: 2000 }
  const sent = begin(300 * KB, [
    { status: 200, offset: 0 },
    busy,
    busy,
    busy,
    { status: 204, offset: 300 * KB },
  ])
  const waits = []
  while (asked.length < 5) waits.push(await untilAsked())
  const pieces = [300, 300, 256, 256].map((size) => `PATCH 0+${size * KB}`)
  assert.deepEqual(asked, ["HEAD", ...pieces])
  assert.deepEqual(waits.slice(-3), [2000, 4000, 8000])
  assert.equal(await sent, true)
})

test("after a lost connection the server is asked for its offset", async () => {
  const sent = begin(300 * KB, [
    { status: 200, offset: 0 },
    { status: 0 },
    { status: 200, offset: 100 * KB },
    { status: 204, offset: 300 * KB },
  ])
  while (asked.length < 4) await untilAsked()
  assert.deepEqual(asked, ["HEAD", `PATCH 0+${300 * KB}`, "HEAD", `PATCH ${100 * KB}+${200 * KB}`])
  assert.equal(await sent, true)
})

test("no space left is final and gives its sentence", async () => {
  const sent = begin(300 * KB, [{ status: 200, offset: 0 }, { status: 413 }])
  await assert.rejects(sent, { code: "unavailable" })
})
