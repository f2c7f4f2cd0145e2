import assert from "node:assert/strict"
import { test } from "node:test"
import { MAX_CUE_CHARS } from "../../../static/js/core/captions/caption_error.js"
import { parseMarkup, plainText } from "../../../static/js/core/captions/cue_text.js"
import { each } from "../random.js"

const i = (...children) => ({ style: "i", children })
const b = (...children) => ({ style: "b", children })

test("italic, bold and underlined text become nodes", () => {
  assert.deepEqual(parseMarkup("<i>one</i> two <b>three</b>"), [i("one"), " two ", b("three")])
  assert.deepEqual(parseMarkup("<i>a<b>b</b></i>"), [i("a"), i(b("b"))])
  assert.deepEqual(parseMarkup("{\\i1}one{\\i0} two"), [i("one"), " two"])
  assert.deepEqual(parseMarkup("{i}one{/i} two"), [i("one"), " two"])
})

test("tags that are left open, closed twice or crossed do no harm", () => {
  assert.deepEqual(parseMarkup("<i>never closed"), [i("never closed")])
  assert.deepEqual(parseMarkup("a</i></b>b"), ["ab"])
  assert.deepEqual(parseMarkup("<i>a<b>b</i>c</b>d"), [i("a"), i(b("b")), b("c"), "d"])
})

test("colours, voices, classes and karaoke times are dropped, their text stays", () => {
  assert.equal(plainText(parseMarkup('<font color="#ffff00">yellow</font>')), "yellow")
  assert.equal(
    plainText(parseMarkup("<v Roger Bingham>We are in <c.loud>New York</c>", { strict: true })),
    "We are in New York",
  )
  assert.equal(plainText(parseMarkup("one <00:00:01.500>two", { strict: true })), "one two")
  assert.equal(plainText(parseMarkup("{\\an8\\fad(200,200)}above")), "above")
})

test("a bracket that opens no tag is text", () => {
  assert.equal(
    plainText(parseMarkup("a < b, I <3 you, <sighs> {laughs}")),
    "a < b, I <3 you, <sighs> {laughs}",
  )
})

test("entities become their characters once", () => {
  assert.equal(plainText(parseMarkup("&lt;b&gt; &amp;lt; &#233;&#x1F600;")), "<b> &lt; é😀")
  assert.equal(plainText(parseMarkup("&#0;&#xD800;&#x110000;&bogus; &")), "&bogus; &")
})

test("markup of HTML never becomes anything but text", () => {
  const attack = "<img src=x onerror=alert(1)><script>alert(1)</script><a href='javascript:x'>y</a>"
  assert.equal(plainText(parseMarkup(attack)), attack)
  const kinds = new Set()
  const collect = (nodes) =>
    nodes.forEach((node) => typeof node === "string" || (kinds.add(node.style), collect(node.children)))
  each(500, (random) => {
    const parts = [
      "<",
      ">",
      "</",
      "i",
      "b",
      "script",
      "img",
      " src=x",
      "&",
      ";",
      "#",
      "{",
      "}",
      "\\",
      "i1",
      "an8",
      "\n",
      "é",
    ]
    const text = Array.from({ length: random.int(0, 40) }, () => random.pick(parts)).join("")
    collect(parseMarkup(text, { strict: random.chance(0.5) }))
  })
  assert.deepEqual(
    [...kinds].filter((kind) => !["i", "b", "u"].includes(kind)),
    [],
  )
})

test("the text of a cue is bounded, however it is marked up", () => {
  assert.equal(plainText(parseMarkup("x".repeat(1e5))).length, MAX_CUE_CHARS)
  const nested = parseMarkup("<i><b><u>".repeat(30_000) + "deep")
  assert.equal(plainText(nested), "deep")
  assert.ok(JSON.stringify(nested).length < 400)
})

test("hostile lengths take time in proportion", () => {
  for (const part of ["<", "{", "{\\", "&", "<i", "&#1", "<v ", "{\\i1"])
    parseMarkup(part.repeat(200_000), { strict: true })
})
