// @ts-check
/** Notices above the bar, one at a time: the connection to the server, and the results of commands. */

import { Close } from "../../core/protocol.js"
import { disposeAll } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { NoticeStack, onNotice } from "../ui/notices.js"

const TICK_MS = 500
const SHORT_MS = 5000
// the result of a command comes first, because without a connection its notice is always there
const RANK = { connection: 5, result: 6 }

/** @param {HTMLElement} shelf @param {import("./session.js").PlayerSession} player */
export function mount(shelf, player) {
  const controller = new AbortController()
  const stack = new NoticeStack(shelf, () => player.serverNow())
  onNotice(
    (notice) => stack.put(notice),
    (key) => stack.drop(key),
    controller.signal,
  )
  const ticking = setInterval(() => stack.tick(), TICK_MS)
  const connection = new ConnectionNotice(stack, player)
  const show = () => connection.show()
  return disposeAll(
    () => controller.abort(),
    () => clearInterval(ticking),
    ...["connection", "state", "sound", "moved"].map((type) => player.on(type, show)),
    player.on("dropped", () => showDropped(stack)),
  )
}

/** @param {NoticeStack} stack */
function showDropped(stack) {
  stack.put({
    key: "dropped",
    text: gettext("The server did not answer in time. Try again."),
    tone: "warn",
    rank: RANK.result,
    lastsMs: SHORT_MS,
  })
}

/**
 * The notice about the connection to the server and the track that waits for it; updated only if its text changes.
 */
class ConnectionNotice {
  /** @param {NoticeStack} stack @param {import("./session.js").PlayerSession} player */
  constructor(stack, player) {
    this.stack = stack
    this.player = player
    this.shownText = ""
  }

  show() {
    const { status } = this.player.connection
    const text = this.#textFor(status)
    if (text === this.shownText) return
    this.shownText = text
    if (!text) return this.stack.drop("line")
    const act = status === "closed" ? { text: gettext("Reload"), run: () => location.reload() } : undefined
    this.stack.put({
      key: "line",
      text,
      tone: "warn",
      rank: RANK.connection,
      act,
      lastsMs: this.player.overHttp ? 2 * SHORT_MS : undefined,
    })
  }

  /** @param {string} status */
  #textFor(status) {
    const { store, connection } = this.player
    if (this.player.overHttp)
      return gettext(
        "Live updates are blocked here, so the page asks the server every few seconds. Everything else works as usual.",
      )
    const waitingTitle = status === "lost" || status === "limited" ? this.#waitingTitle : null
    if (waitingTitle)
      return interpolate(gettext("No connection to the server. “{title}” plays as soon as it is back."), {
        title: waitingTitle,
      })
    return (
      {
        lost: store.known
          ? gettext("Reconnecting … Changes to the queue are kept and sent later.")
          : gettext("The server does not answer yet. Trying again …"),
        limited: gettext("Still no connection to the server. Trying again; changes to the queue are kept."),
        closed:
          connection.closeCode === Close.TooMany
            ? gettext("Too many tabs of this player are open.")
            : gettext("This page no longer works with the server."),
      }[status] ?? ""
    )
  }

  /** The title of the track that should be audible here. @returns {string | null} */
  get #waitingTitle() {
    const { sound, state, output, item } = this.player
    return sound.here && state.is_playing && output.waits ? (item?.title ?? null) : null
  }
}
