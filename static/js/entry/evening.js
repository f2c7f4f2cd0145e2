// @ts-check
/** The page of an evening: plays it again, with what was said. The host may keep or delete it. */

import { fetchJson, request } from "../page/lib/api.js"
import { find, setText } from "../page/lib/dom.js"
import { dateLocale, gettext, interpolate } from "../page/lib/i18n.js"
import { ReplayPlayer } from "../page/replay/replay_player.js"
import { mountSaid } from "../page/replay/said.js"
import { fillAvatars, showCoverArt } from "../page/ui/artwork.js"
import {
  LARGE_STEP_S,
  mountSeekSlider,
  mountShortcuts,
  mountVolume,
  showPlayButton,
  showPosition,
} from "../page/ui/playback_controls.js"

const page = /** @type {HTMLElement} */ (document.querySelector("[data-evening]"))
const boot = JSON.parse(/** @type {HTMLElement} */ (document.getElementById("boot")).textContent ?? "{}")

async function start() {
  showLocalTimes()
  fillAvatars(page)
  mountKeeping()
  const evening = await request(boot.evening_url)
  const player = mountPlayer(evening)
  for (const button of page.querySelectorAll("[data-part]"))
    button.addEventListener("click", () => {
      player.seekTo(Number(/** @type {HTMLElement} */ (button).dataset.part))
      player.setPlaying(true)
    })
  page.dataset.ready = ""
  Object.assign(window, { replay: player })
}

/** @param {any} evening */
function mountPlayer(evening) {
  const media = /** @type {HTMLVideoElement} */ (find(page, "media"))
  const controller = new AbortController()
  const bar = find(page, "controls")
  /** @type {ReplayPlayer} */
  const player = new ReplayPlayer(media, evening.sources, evening.stretches, () => show())
  const seekTo = (/** @type {number} */ atS) => player.seekTo(atS)
  const seekBy = (/** @type {number} */ seconds) => player.seekTo(player.atS + seconds)
  const toggle = () => player.setPlaying(!player.playing)
  const showSaid = mountSaid(find(page, "said"), find(page, "reactions"), evening, seekTo)
  const show = () => {
    showPlayButton(bar, player.playing, false)
    showPosition(bar, player.atS, player.lengthS)
    setText(find(page, "no-picture"), player.message)
    showSaid(player.atS)
    showCover(player.media)
  }
  find(bar, "play").addEventListener("click", toggle)
  mountSeekSlider(bar, { durationS: () => player.lengthS, seekTo, seekBy }, controller.signal)
  mountVolume(bar, {
    get volume() {
      return media.volume
    },
    get muted() {
      return media.muted
    },
    setVolume: (volume) => (media.volume = volume),
    setMuted: (muted) => (media.muted = muted),
    unlock: () => {},
  })
  const steps = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowRight: 1 })
  mountShortcuts(document.body, ({ key }) => {
    if (key === " " || key === "k") return toggle
    return key in steps ? () => seekBy(steps[key] * LARGE_STEP_S) : undefined
  })
  find(bar, "fullscreen").addEventListener("click", () => {
    if (document.fullscreenElement) void document.exitFullscreen()
    else
      find(page, "stage")
        .requestFullscreen?.()
        .catch(() => {})
  })
  show()
  return player
}

/** A generated picture for media without one. @param {import("../core/protocol.js").Media} media */
function showCover({ kind, url, title }) {
  const cover = find(page, "cover")
  cover.hidden = kind !== "audio"
  if (cover.hidden || cover.dataset.of === url) return
  cover.dataset.of = url
  const art = { id: url, cover: null, artist: "", album: "", title }
  showCoverArt(cover, /** @type {any} */ (art))
}

/** Keep and delete, for the host and the owner. */
function mountKeeping() {
  const keep = page.querySelector("[data-keep]")
  const problem = find(page, "problem")
  const fail = (/** @type {any} */ refusal) =>
    setText(problem, refusal?.message ?? gettext("This did not work. Try again."))
  keep?.addEventListener("click", () => {
    setText(problem, "")
    request(boot.evenings_url, { id: boot.number }).then(showKept, fail)
  })
  const erase = page.querySelector("[data-delete]")
  const sure = page.querySelector("[data-sure]")
  if (!(erase instanceof HTMLElement) || !(sure instanceof HTMLElement)) return
  const ask = (/** @type {boolean} */ shown) => {
    sure.hidden = !shown
    erase.hidden = shown
  }
  erase.addEventListener("click", () => {
    ask(true)
    find(sure, "delete-now").focus()
  })
  find(sure, "delete-not").addEventListener("click", () => {
    ask(false)
    erase.focus()
  })
  find(sure, "delete-now").addEventListener("click", () => {
    const gone = fetchJson(boot.evening_url, "DELETE", "", {})
    gone.then(() => location.assign(`/rooms/${boot.room_id}/`), fail)
  })
}

function showKept() {
  find(page, "keep").hidden = true
  find(page, "kept").hidden = false
  setText(find(page, "until"), "")
}

/** Times of the server in the viewer's own zone. */
function showLocalTimes() {
  for (const time of page.querySelectorAll("time[data-local]")) {
    const at = new Date(/** @type {HTMLTimeElement} */ (time).dateTime)
    setText(time, new Intl.DateTimeFormat(dateLocale(), { dateStyle: "full", timeStyle: "short" }).format(at))
  }
}

start().catch((error) => {
  console.error(error)
  const text = gettext("The evening could not be loaded: {reason}")
  setText(find(page, "problem"), interpolate(text, { reason: error?.message ?? "" }))
})
