// @ts-check
/** The form that opens a poll. Loaded by its button. */

import { answerLine, FEWEST_ANSWERS, MOST_ANSWERS, parseAnswers } from "../../core/start/poll_text.js"
import { cloneTemplate, find, loadStyle, openDialog, setText } from "../lib/dom.js"
import { gettext } from "../lib/i18n.js"
import { refusalMessage } from "../ui/notices.js"
import { mountLibrary } from "./poll_library.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

/** @type {HTMLDialogElement | null} */
let dialog = null
let showLibrary = async () => {}

/** @param {Room} room @param {string | undefined} style address of the style sheet */
export function openPollForm(room, style) {
  loadStyle(style)
  dialog ??= createDialog(room)
  showProblem(dialog, "")
  openDialog("poll")
  void showLibrary()
  find(dialog, "poll-question").focus()
}

/** @param {Room} room */
function createDialog(room) {
  const created = /** @type {HTMLDialogElement} */ (cloneTemplate("poll-form"))
  document.body.append(created)
  const form = /** @type {HTMLFormElement} */ (created.querySelector("form"))
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    void send(room, created, form)
  })
  form.addEventListener("input", () => showProblem(created, ""))
  const answers = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("answers"))
  showLibrary = mountLibrary(find(created, "poll-library"), room.boot.library_url, (item) => {
    answers.value = [...answers.value.split("\n").filter(Boolean), answerLine(item)].join("\n")
    showProblem(created, "")
  })
  return created
}

/** @param {Room} room @param {HTMLDialogElement} within @param {HTMLFormElement} form */
async function send(room, within, form) {
  const {
    question,
    answers: text,
    closes,
  } = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)))
  const answers = parseAnswers(text)
  if (answers.length < FEWEST_ANSWERS || answers.length > MOST_ANSWERS)
    return showProblem(within, gettext("Type 2 to 10 different answers, one on each line."))
  const payload = { question, answers, ...(closes ? { closes_in_s: Number(closes) } : {}) }
  try {
    await room.say("open_poll", payload)
    form.reset()
    within.close()
  } catch (refusal) {
    showProblem(within, refusalMessage(refusal))
  }
}

/** @param {HTMLElement} within @param {string} text */
function showProblem(within, text) {
  const problem = find(within, "problem")
  problem.hidden = !text
  setText(problem, text)
}
