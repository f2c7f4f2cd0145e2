import assert from "node:assert/strict"
import { test } from "node:test"
import { MAX_CUES } from "../../../static/js/core/captions/caption_error.js"
import { EXTENSIONS, parseCaptions } from "../../../static/js/core/captions/caption_file.js"
import { plainText } from "../../../static/js/core/captions/cue_text.js"
import { each } from "../random.js"
import { parseAss } from "../../../static/js/core/captions/ass.js"

const parse = (text, language) => parseCaptions(new TextEncoder().encode(text), language)
const texts = (text) => parse(text).map(({ nodes }) => plainText(nodes))
const times = (text) => parse(text).map(({ startS, endS }) => [startS, endS])
const places = (text) => parse(text).map(({ place, align }) => `${place} ${align}`)

// ---------------------------------------------------------------- SubRip

const SRT =
  "1\n00:00:01,000 --> 00:00:02,500\nFirst\nof two lines\n\n2\n01:02:03,004 --> 01:02:05,000\n<i>Second</i>\n"

test("SubRip: times, lines and styles", () => {
  assert.deepEqual(times(SRT), [
    [1, 2.5],
    [3723.004, 3725],
  ])
  assert.deepEqual(texts(SRT), ["First\nof two lines", "Second"])
  assert.equal(parse(SRT)[1].nodes[0].style, "i")
})

test("SubRip: a byte order mark, CRLF, points, missing hours and short fractions", () => {
  assert.deepEqual(texts(`\ufeff${SRT.replaceAll("\n", "\r\n")}`), texts(SRT))
  assert.deepEqual(times("1\n00:01.5 --> 00:02\nx"), [[1.5, 2]])
  assert.deepEqual(times("1\n0:00:01.25-->0:00:02:250\nx"), [[1.25, 2.25]])
  assert.deepEqual(times("1\n00:00:01,000 --> 00:00:02,000 X1:10 X2:20 Y1:5 Y2:9\nx"), [[1, 2]])
})

test("SubRip: missing blank lines and counters, blank lines within a text, and numbers as text", () => {
  assert.deepEqual(texts("1\n00:01,0 --> 00:02,0\na\n2\n00:03,0 --> 00:04,0\nb"), ["a", "b"])
  assert.deepEqual(texts("00:01,0 --> 00:02,0\na\n\n00:03,0 --> 00:04,0\nb"), ["a", "b"])
  assert.deepEqual(texts("1\n00:01,0 --> 00:02,0\na\n\nb\n\n2\n00:03,0 --> 00:04,0\nc"), ["a\nb", "c"])
  assert.deepEqual(texts("1\n00:01,0 --> 00:02,0\n1984\n\n2\n00:03,0 --> 00:04,0\n7"), ["1984", "7"])
})

test("SubRip: a position in the text moves the cue", () => {
  const at = (keypad) => places(`1\n00:01,0 --> 00:02,0\n{\\an${keypad}}x`)[0]
  assert.deepEqual([1, 2, 5, 8, 9].map(at), [
    "bottom start",
    "bottom center",
    "middle center",
    "top center",
    "top end",
  ])
})

test("cues out of order are sorted; those without a text or a duration are left out", () => {
  const text =
    "1\n00:09,0 --> 00:10,0\nlast\n\n2\n00:01,0 --> 00:02,0\nfirst\n\n3\n00:03,0 --> 00:03,0\nnever\n\n4\n00:04,0 --> 00:05,0\n\n"
  assert.deepEqual(texts(text), ["first", "last"])
})

// ---------------------------------------------------------------- WebVTT

const VTT = `WEBVTT - title
Kind: captions

NOTE a comment --> with an arrow

STYLE
::cue { color: red }

intro
00:01.000 --> 00:02.000 line:0 align:start
<v Ana>Hi &amp; <b>bye</b>

1:00:01.000 --> 1:00:02.000 line:90% position:10%
two
lines`

test("WebVTT: names, settings, notes and styles", () => {
  assert.deepEqual(texts(VTT), ["Hi & bye", "two\nlines"])
  assert.deepEqual(times(VTT), [
    [1, 2],
    [3601, 3602],
  ])
  assert.deepEqual(places(VTT), ["top start", "bottom center"])
})

test("WebVTT: a line counts from the top, or from the bottom if negative", () => {
  const at = (line) => places(`WEBVTT\n\n00:01.000 --> 00:02.000 ${line}\nx`)[0].split(" ")[0]
  assert.deepEqual(
    ["line:-1", "line:1", "line:10%", "line:50%", "line:84%", "line:nonsense", "align:end"].map(at),
    [...["bottom", "top", "top", "middle", "bottom", "bottom", "bottom"]],
  )
})

// ---------------------------------------------------------------- ASS

const ASS = `[Script Info]
PlayResY: 1080
[V4+ Styles]
Format: Name, Fontname, Bold, Italic, Alignment
Style: Default,Arial,-1,0,2
Style: Sign,Arial,0,-1,8
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Comment: 0,0:00:00.00,0:00:09.00,Default,,0,0,0,,not shown
Dialogue: 0,0:00:01.00,0:00:02.50,Default,,0,0,0,,Hello,{\\i1} there{\\i0}\\Nagain
Dialogue: 0,0:00:03.00,0:00:04.00,Sign,,0,0,0,,{\\pos(100,900)}Sign
Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\p1}m 0 0 l 100 0 100 100{\\p0}
Dialogue: 0,0:00:05.00,0:00:06.00,Default,,0,0,0,,{\\an8\\bord3\\blur2}{\\k20}up{\\k30}per
`

test("ASS: dialogue without drawings, effects and comments", () => {
  assert.deepEqual(texts(ASS), ["Hello, there\nagain", "Sign", "upper"])
  assert.deepEqual(places(ASS), ["bottom center", "top center", "top center"])
  const [hello, sign] = parse(ASS)
  assert.deepEqual(hello.nodes, ["Hello,", { style: "i", children: [" there"] }, "\nagain"])
  assert.equal(sign.nodes[0].style, "i")
})

test("ASS: layers of one sign are one cue, and so are the frames of a moving one", () => {
  const line = (layer, start, end, text) =>
    `Dialogue: ${layer},0:00:0${start},0:00:0${end},Default,,0,0,0,,${text}\n`
  const header = ASS.slice(0, ASS.indexOf("Comment:"))
  const layers = header + line(0, "1.00", "2.00", "{\\blur9}Sign") + line(1, "1.00", "2.00", "Sign")
  assert.deepEqual(times(layers), [[1, 2]])
  const frames = ["1.00", "1.04", "1.08", "1.12"].map((at, i, all) =>
    line(0, at, all[i + 1] ?? "1.16", "Sign"),
  )
  assert.deepEqual(times(header + frames.join("")), [[1, 1.16]])
  assert.deepEqual(times(header + line(0, "1.00", "2.00", "No!") + line(0, "3.00", "4.00", "No!")).length, 2)
})

test("SSA: its own alignments", () => {
  const header = "[Script Info]\n[V4 Styles]\nFormat: Name, Alignment\nStyle: *Default,6\n[Events]\n"
  const event = "Dialogue: Marked=0,0:00:01.00,0:00:02.00,*Default,,0,0,0,,x"
  assert.deepEqual(places(header + event), ["top center"])
})

// ---------------------------------------------------------------- any file

test("what is no captions has a reason", () => {
  const problem = (text) => {
    try {
      parse(text)
    } catch (error) {
      return error.problem
    }
  }
  assert.equal(problem(""), "no_cues")
  assert.equal(problem("WEBVTT\n\n"), "no_cues")
  assert.equal(problem("<!doctype html><title>404</title>"), "unknown")
  assert.equal(problem("# VobSub index file, v7"), "pictures")
  assert.equal(problem("PG\u0000\u0001"), "pictures")
  const one = "00:01.000 --> 00:02.000\nx\n\n"
  assert.equal(parse(`WEBVTT\n\n${one.repeat(MAX_CUES)}`).length, MAX_CUES)
  assert.equal(problem(`WEBVTT\n\n${one.repeat(MAX_CUES + 1)}`), "too_many")
})

test("a file in its language's old encoding is read", () => {
  const text = Buffer.concat([Buffer.from("1\n00:01,0 --> 00:02,0\n"), Buffer.from([0xcf, 0xf0, 0xe8])])
  assert.equal(plainText(parseCaptions(text, "ru")[0].nodes), "При")
  assert.deepEqual(EXTENSIONS, ["srt", "vtt", "ass", "ssa"])
})

const written = {
  srt: (cues) =>
    cues
      .map(
        ({ startS, endS, text }, n) => `${n + 1}\n${clock(startS, ",")} --> ${clock(endS, ",")}\n${text}\n`,
      )
      .join("\n"),
  vtt: (cues) =>
    `WEBVTT\n\n${cues.map(({ startS, endS, text }) => `${clock(startS, ".")} --> ${clock(endS, ".")}\n${text}\n`).join("\n")}`,
}

function clock(seconds, point) {
  const ms = Math.round(seconds * 1000)
  const two = (value) => String(Math.floor(value)).padStart(2, "0")
  return `${two(ms / 3.6e6)}:${two((ms / 6e4) % 60)}:${two((ms / 1000) % 60)}${point}${String(ms % 1000).padStart(3, "0")}`
}

test("cues that are written in a format are read again", () =>
  each(150, (random) => {
    const cues = Array.from({ length: random.int(1, 30) }, () => {
      const startS = random.int(0, 2e7) / 1000
      const text = Array.from({ length: random.int(1, 3) }, () =>
        random.pick(["Hi", "字幕", "a b", "ça va?"]),
      ).join("\n")
      return { startS, endS: startS + random.int(1, 9000) / 1000, text }
    })
    const sorted = [...cues].sort((a, b) => a.startS - b.startS)
    for (const format of Object.keys(written)) {
      const read = parse(written[format](cues))
      assert.deepEqual(
        read.map(({ nodes }) => plainText(nodes)),
        sorted.map(({ text }) => text),
      )
      read.forEach(({ startS, endS }, i) => {
        assert.ok(Math.abs(startS - sorted[i].startS) < 1e-6 && Math.abs(endS - sorted[i].endS) < 1e-6)
      })
    }
  }))

test("a damaged file gives cues or a reason, never another error", () =>
  each(400, (random) => {
    const source = Buffer.from(random.pick([SRT, VTT, ASS]))
    for (let n = random.int(1, 20); n > 0; n--) {
      const at = random.int(0, source.length - 1)
      source[at] = random.chance(0.5) ? random.int(0, 255) : source[random.int(0, source.length - 1)]
    }
    const cut = source.subarray(0, random.int(0, source.length))
    try {
      for (const { startS, endS, nodes } of parseCaptions(cut)) assert.ok(startS < endS && nodes.length)
    } catch (error) {
      assert.ok(error.problem, error.stack)
    }
  }))

test("hostile lengths take time in proportion", () => {
  for (const part of ["-->", "00:00:01,000 --> ", "{\\pos(1,", "[", "Dialogue:", " ", "{", "1\n", "\\p1"])
    for (const start of ["", "WEBVTT\n\n", "[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,,,,,,,"])
      try {
        parse(start + part.repeat(100_000))
      } catch (error) {
        assert.ok(error.problem, error.stack)
      }
})

test("a format of countless fields costs no more than one of forty", () => {
  const names = Array.from({ length: 60 }, (_, i) =>
    i === 1 ? "Start" : i === 2 ? "End" : i === 39 ? "Text" : `f${i}`,
  )
  const line = names.map((_, i) => (i === 1 ? "0:00:01.00" : i === 2 ? "0:00:02.00" : "x")).join(",")
  const cues = parseAss(`[Events]\nFormat: ${names.join(",")}\nDialogue: ${line}\n`)
  assert.equal(cues.length, 1)
  assert.ok(plainText(cues[0].nodes).startsWith("x,x"))
})
