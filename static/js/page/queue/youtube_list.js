// @ts-check
/**
 * Reads which videos are in a playlist of YouTube, from its own player in a frame: the server requests nothing, and the
 * page requests nothing before the viewer agreed.
 */

import { listedVideos, listFrameUrl, listIdOf } from "../../core/embeds/youtube_list.js"
import { parseMessage } from "../../core/embeds/youtube_protocol.js"
import { gettext } from "../lib/i18n.js"
import { after, every } from "../lib/timers.js"
import { hasAgreed, isAllowed, rememberAgreement, switchedOffMessage } from "../sources/embed_consent.js"
import { element, playerFrame } from "../sources/embed_frame.js"
import { YOUTUBE } from "../sources/youtube.js"

const ASK_MS = 250
const LISTED_WITHIN_MS = 10_000

/**
 * Addresses of the videos; null if the viewer cancels.
 * @param {string} address of the playlist
 * @param {HTMLElement} form what is asked and shown meanwhile is at its beginning
 * @returns {Promise<string[] | null>}
 * @throws {Error} with a message for the viewer
 */
export async function readList(address, form) {
  const listId = listIdOf(address)
  if (!listId) throw new Error(gettext("The address of this playlist is not complete: copy it again."))
  const stage = /** @type {HTMLElement} */ (document.querySelector("[data-stage]"))
  if (!isAllowed(YOUTUBE, stage)) throw new Error(`${switchedOffMessage(YOUTUBE).title}.`)
  const box = document.createElement("div")
  box.className = "list-reader"
  form.prepend(box)
  const controller = new AbortController()
  try {
    if (!hasAgreed(YOUTUBE) && !(await ask(box, controller.signal))) return null
    return await read(listFrameUrl(listId, location.origin), box, controller.signal)
  } finally {
    controller.abort()
    box.remove()
  }
}

/** @param {HTMLElement} box @param {AbortSignal} signal @returns {Promise<boolean>} whether the viewer agrees */
function ask(box, signal) {
  const agree = button(gettext("Agree and load"), "primary")
  const cancel = button(gettext("Cancel"), "quiet")
  const title = element("h3", gettext("YouTube has to list what is in this playlist"))
  const terms = YOUTUBE.terms().map((sentence) => element("p", sentence))
  box.replaceChildren(title, ...terms, row(agree, cancel))
  agree.focus()
  return new Promise((resolve) => {
    agree.addEventListener("click", () => (rememberAgreement(YOUTUBE), resolve(true)), { signal })
    cancel.addEventListener("click", () => resolve(false), { signal })
  })
}

/** @param {string} url @param {HTMLElement} box @param {AbortSignal} signal @returns {Promise<string[] | null>} */
function read(url, box, signal) {
  const frame = playerFrame(YOUTUBE, gettext("playlist"))
  const cancel = button(gettext("Cancel"), "quiet")
  const status = element("p", gettext("Reading the playlist…"))
  status.setAttribute("role", "status")
  box.replaceChildren(status, frame, row(cancel))
  return new Promise((resolve, reject) => {
    const fail = (/** @type {string} */ text) => reject(new Error(text))
    const receive = (/** @type {MessageEvent} */ { source, origin, data }) => {
      if (source !== frame.contentWindow || origin !== YOUTUBE.origin) return
      const videos = listedVideos(data)
      const failure = parseMessage(data)?.failure
      if (videos.length) resolve(videos)
      else if (failure) fail(failureText())
    }
    window.addEventListener("message", receive, { signal })
    frame.addEventListener("load", () => keepAsking(frame, signal), { signal })
    cancel.addEventListener("click", () => resolve(null), { signal })
    signal.addEventListener(
      "abort",
      after(LISTED_WITHIN_MS, () => fail(failureText())),
    )
    frame.src = url
  })
}

/** The player reports once it is asked to, and takes no message before it runs. @param {HTMLIFrameElement} frame @param {AbortSignal} signal */
function keepAsking(frame, signal) {
  const post = () => {
    for (const message of [...YOUTUBE.hello(), ...YOUTUBE.subscriptions()])
      frame.contentWindow?.postMessage(message, YOUTUBE.origin)
  }
  post()
  signal.addEventListener("abort", every(ASK_MS, post))
}

function failureText() {
  return gettext(
    "YouTube does not list the videos of this playlist: it may be private, empty or gone. Links to its videos can be added.",
  )
}

/** @param {string} text @param {string} kind */
function button(text, kind) {
  const made = /** @type {HTMLButtonElement} */ (element("button", text))
  made.type = "button"
  made.className = `button small ${kind}`
  return made
}

/** @param {HTMLElement[]} buttons */
function row(...buttons) {
  const made = document.createElement("div")
  made.className = "queue-add-row"
  made.append(...buttons)
  return made
}
