// @ts-check
/** One line at a time above the bar: the line to the server, and what came of what one asked for. */

import { Close } from "../../core/wire.js"
import { all } from "../pieces.js"
import { onNotice } from "../problems.js"
import { Stack } from "../stack.js"
import { gettext } from "../words.js"

const TICK_MS = 500
const SHORT_MS = 5000
const RANK = { news: 1, line: 5 }

/** @param {HTMLElement} shelf @param {import("./session.js").Mine} mine */
export function mount(shelf, mine) {
  const gone = new AbortController()
  const stack = new Stack(shelf, () => mine.serverNow())
  onNotice((notice) => stack.put(notice), (key) => stack.drop(key), gone.signal)
  const ticking = setInterval(() => stack.tick(), TICK_MS)
  return all(() => gone.abort(), () => clearInterval(ticking), mine.on("connection", (change) => showLine(stack, mine, change)), mine.on("dropped", () => showDropped(stack)))
}

/** @param {Stack} stack */
function showDropped(stack) {
  stack.put({ key: "dropped", text: gettext("That did not reach the server in time. Press again."), tone: "warn", rank: RANK.news, lastsMs: SHORT_MS })
}

/** @param {Stack} stack @param {import("./session.js").Mine} mine @param {{status: string, closeCode: number | null}} change */
function showLine(stack, mine, { status, closeCode }) {
  const text = {
    lost: mine.log.known ? gettext("Reconnecting … What you change in the queue is kept and sent then.") : gettext("The server does not answer yet. Trying again …"),
    limited: gettext("Still no line to the server. It keeps trying; what you change in the queue is kept."),
    closed: closeCode === Close.TooMany ? gettext("Too many tabs of this player are open.") : gettext("This page and the server do not understand each other any more."),
  }[status]
  if (!text) return stack.drop("line")
  const act = status === "closed" ? { text: gettext("Load it again"), run: () => location.reload() } : undefined
  stack.put({ key: "line", text, tone: "warn", rank: RANK.line, act })
}
