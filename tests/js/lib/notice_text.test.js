import assert from "node:assert/strict"
import { afterEach, test } from "node:test"

import { formatLength, formatRate, noticeText } from "../../../static/js/page/lib/i18n.js"

function readIn(language, texts = {}) {
  globalThis.document = { documentElement: { lang: language } }
  globalThis.django = { gettext: (text) => texts[text] ?? text, ngettext: (one, many) => many }
}

afterEach(() => {
  delete globalThis.document
  delete globalThis.django
})

test("a notice is shown in the reader's language", () => {
  readIn("de", { "{name} joined": "{name} ist beigetreten" })
  assert.equal(noticeText({ code: "joined", values: { name: "{name}" } }), "{name} ist beigetreten")
})

test("a code that the page does not know has no text", () => {
  assert.equal(noticeText({ code: "of_a_later_version" }), null)
  assert.equal(noticeText({ code: "toString" }), null)
})

test("positions, rates and lengths are written as the language writes them", () => {
  assert.equal(
    noticeText({ code: "seek", values: { name: "Mira", seconds: 3665.5 } }),
    "Mira jumped to 1:01:05",
  )
  readIn("de")
  assert.equal(
    noticeText({ code: "set_rate", values: { name: "Mira", rate: 1.25 } }),
    "Mira set the speed to 1,25",
  )
  assert.equal(
    noticeText({ code: "slow_mode", values: { seconds: 30 } }),
    "Slow mode: one message every 30 Sekunden",
  )
  readIn("ja")
  assert.equal(formatLength(119.5), "2 分")
  assert.equal(formatRate(0.5), "0.5")
})

test("a length is rounded up in its unit", () => {
  const lengths = { 0: "1 second", 1.2: "2 seconds", 119: "119 seconds", 121: "3 minutes", 7200: "2 hours" }
  for (const [seconds, text] of Object.entries(lengths)) assert.equal(formatLength(Number(seconds)), text)
  assert.equal(formatLength(172_800), "2 days")
})
