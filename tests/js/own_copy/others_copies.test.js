import assert from "node:assert/strict"
import { test } from "node:test"

globalThis.document = /** @type {any} */ ({
  cookie: "",
  documentElement: { lang: "en" },
  getElementById: () => null,
})
const { othersNotice } = await import("../../../static/js/page/own_copy/copy_messages.js")

/** What alice, the host, reads about the files of others. @param {Record<string, object>} reports */
function hostReads(reports) {
  const members = new Map(
    Object.entries(reports).map(([id, report]) => [id, { user_id: id, username: id, ...report }]),
  )
  return othersNotice(/** @type {any} */ ({ boot: { you: { user_id: "alice" } }, state: { members } }))?.text
}

test("the host reads whose file is longer or shorter, and by how much", () => {
  assert.equal(hostReads({ alice: { copy: "different", longer_s: 9 }, Tom: { copy: "similar" } }), undefined)
  const longer = hostReads({ Tom: { copy: "different", longer_s: 3 } })
  assert.equal(longer, "Tom's file is 3.0 s longer than the room's: another cut?")
  const shorter = hostReads({ Tom: { copy: "different", longer_s: -90 } })
  assert.equal(shorter, "Tom's file is 1:30 shorter than the room's: another cut?")
})

test("several files, and one of unknown length, are named without a length", () => {
  const text = "Another file than yours: Tom, Mia. They may see another scene."
  const different = { copy: "different", longer_s: 3 }
  assert.equal(hostReads({ Tom: different, Mia: different }), text)
  assert.match(hostReads({ Tom: { copy: "different" } }) ?? "", /^Another file than yours: Tom\./)
})
