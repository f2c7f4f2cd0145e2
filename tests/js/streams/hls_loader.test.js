import assert from "node:assert/strict"
import { test } from "node:test"
import { MAX_LIST_BYTES, MAX_PART_BYTES } from "../../../static/js/core/streams/stream_bounds.js"
import { checkedLoader } from "../../../static/js/page/streams/hls_loader.js"

const bytes = (text) => new TextEncoder().encode(text).buffer

/** As much of the loader of hls.js as the checked one uses. */
class Transfer {
  aborted = false
  stats = { loaded: 0 }

  load(context, _config, callbacks) {
    Object.assign(this, { context, callbacks })
  }

  loadprogress({ loaded }) {
    this.stats.loaded = loaded
  }

  abortInternal() {
    this.aborted = true
  }
}
const Loader = checkedLoader(Transfer)

function load(context) {
  const heard = []
  const loader = new Loader()
  const callbacks = {
    onSuccess: ({ data }) => heard.push(data),
    onError: ({ text }, about) => heard.push(text, about),
  }
  loader.load(context, {}, callbacks)
  const answer = (data) => loader.callbacks.onSuccess({ code: 200, data }, loader.stats, context, null)
  return { loader, heard, answer }
}

test("lists and parts arrive as they are, pages and lists that are too large become errors", () => {
  const [text, part] = [{ responseType: "text" }, { responseType: "arraybuffer" }]
  const list = "#EXTM3U\n#EXTINF:2,\ns.m4s\n"
  const answered = (context, data) => {
    const { heard, answer } = load(context)
    answer(data)
    return heard
  }
  assert.deepEqual(answered(text, list), [list])
  assert.deepEqual(answered(text, `#EXTM3U\n${"#EXTINF:2,\ns.m4s\n".repeat(100_001)}`), ["too_large", text])
  const media = bytes("\0\0\0\x18styp")
  assert.deepEqual(answered(part, media), [media])
  assert.deepEqual(answered(part, bytes("<!doctype html>")), ["replaced", part])
  const key = { ...part, keyInfo: {} }
  assert.deepEqual(answered(key, bytes("<!doctype html>")).length, 1) // a key may be any bytes
})

test("a transfer that is too large ends before it is whole", () => {
  for (const [responseType, most] of [
    ["text", MAX_LIST_BYTES],
    ["arraybuffer", MAX_PART_BYTES],
  ]) {
    const { loader, heard } = load({ responseType })
    loader.loadprogress({ loaded: most })
    assert.deepEqual([loader.stats.loaded, loader.aborted, heard.length], [most, false, 0])
    loader.loadprogress({ loaded: Number(most) + 1 })
    assert.deepEqual([loader.aborted, heard[0]], [true, "too_large"])
  }
})
