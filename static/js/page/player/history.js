// @ts-check
/** What the person watched and heard, in rooms and alone: a list to continue from, which can be switched off and cleared. */

import { fetchJson, request } from "../lib/api.js"
import { cloneTemplate, find, loadStyle, setText } from "../lib/dom.js"
import { dateLocale, formatTime, gettext, interpolate } from "../lib/i18n.js"
import { showCoverArt } from "../ui/artwork.js"

const URL = "/api/player/history/"

/** @typedef {import("../../core/protocol.js").Media} Media */
/**
 * @typedef {{media: Media, position: number, duration: number | null, continue_at: number | null, at: number,
 *   room_id: string | null, room_title: string | null}} Watched
 */

/**
 * @param {HTMLElement} dialog
 * @param {{library_url: string}} boot
 * @param {import("./commands.js").Commands} commands
 * @returns {() => void} loads the list again
 */
export function mountHistory(dialog, boot, commands) {
  const list = find(dialog, "watched-list")
  const earlier = find(dialog, "earlier")
  const on = /** @type {HTMLInputElement} */ (find(dialog, "history-on"))
  const fail = (/** @type {any} */ refusal) => {
    const text = refusal?.code ? refusal.message : gettext("This did not work. Try again.")
    showProblem(dialog, text)
  }
  const show = (/** @type {any} */ page, isFirst = true) => {
    if (isFirst) list.replaceChildren()
    list.append(...page.watched.map((/** @type {Watched} */ watched) => createLine(watched, play)))
    earlier.hidden = !page.more
    earlier.dataset.before = String(Math.ceil(page.watched.at(-1)?.at ?? 0))
    on.checked = page.on
    find(dialog, "history-foot").hidden = !page.known
    setText(find(dialog, "history-state"), list.childElementCount ? "" : emptyText(page))
  }
  const play = async (/** @type {Watched} */ { media, continue_at }) => {
    const item = await request(`${boot.library_url}${media.item_id}/`)
    commands.playItem(item, continue_at ?? 0)
    if (dialog instanceof HTMLDialogElement) dialog.close()
  }
  const load = (/** @type {string | undefined} */ before) => {
    showProblem(dialog, "")
    request(before ? `${URL}?before=${before}` : URL).then((page) => show(page, !before), fail)
  }
  list.addEventListener("click", () => showProblem(dialog, ""))
  earlier.addEventListener("click", () => load(earlier.dataset.before))
  on.addEventListener("change", () => {
    fetchJson(URL, "PATCH", "", { on: on.checked }).catch((refusal) => {
      on.checked = !on.checked
      fail(refusal)
    })
  })
  mountClearing(dialog, () => fetchJson(URL, "DELETE", "", {}).then(() => load(undefined), fail))
  loadStyle(dialog.dataset.style)

  /** @param {Watched} watched @param {(watched: Watched) => Promise<void>} playHere */
  function createLine(watched, playHere) {
    const line = cloneTemplate("watched")
    const { media } = watched
    const title = media.title || media.url
    const art = { id: media.url, cover: null, artist: "", album: "", title }
    showCoverArt(find(line, "art"), /** @type {any} */ (art))
    setText(find(line, "title"), title)
    setText(find(line, "about"), about(watched))
    const button = find(line, "play-watched")
    button.hidden = !media.item_id
    setText(button, continueText(watched))
    button.addEventListener("click", () => void playHere(watched).catch(fail))
    const link = find(line, "to-room")
    link.hidden = Boolean(media.item_id) || !watched.room_id
    link.setAttribute("href", `/rooms/${watched.room_id}/`)
    setText(link, gettext("To the room"))
    return line
  }
  return () => load(undefined)
}

/** @param {HTMLElement} dialog @param {() => void} clear */
function mountClearing(dialog, clear) {
  const [button, sure] = [find(dialog, "clear-history"), find(dialog, "clear-sure")]
  const ask = (/** @type {boolean} */ shown) => {
    sure.hidden = !shown
    button.hidden = shown
    if (shown) find(sure, "clear-now").focus()
    else button.focus()
  }
  button.addEventListener("click", () => ask(true))
  find(sure, "clear-not").addEventListener("click", () => ask(false))
  find(sure, "clear-now").addEventListener("click", () => {
    ask(false)
    clear()
  })
}

/** Where, when, how far: "Film night · 27 Nov · to 41:07 of 1:58:02". @param {Watched} watched */
function about({ room_title, at, position, duration }) {
  const day = new Intl.DateTimeFormat(dateLocale(), { day: "numeric", month: "short" }).format(new Date(at))
  const to = { position: formatTime(position), duration: formatTime(duration) }
  const far = duration ? gettext("to {position} of {duration}") : gettext("to {position}")
  return [room_title, day, interpolate(far, to)].filter(Boolean).join(" · ")
}

/** @param {Watched} watched */
function continueText({ continue_at }) {
  if (continue_at === null) return gettext("Play again")
  return interpolate(gettext("Continue at {time}"), { time: formatTime(continue_at) })
}

/** @param {{known: boolean, on: boolean}} page */
function emptyText({ known, on }) {
  if (!known) return gettext("Nothing yet. It begins when you join a room or sign in.")
  return on ? gettext("Nothing yet.") : gettext("Nothing is recorded.")
}

/** @param {HTMLElement} dialog @param {string} text */
function showProblem(dialog, text) {
  const problem = find(dialog, "history-problem")
  setText(problem, text)
  problem.hidden = !text
}
