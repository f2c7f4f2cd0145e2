// @ts-check
/** What the buttons of a member's card do: mute, remove, ban, report, delete all messages, ignore. Loaded by a press. */

import { cloneTemplate, find, openDialog, setText } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { refusalMessage, showNotice, showRefusal } from "../ui/notices.js"
import { isIgnored, setIgnored } from "./viewer_filters.js"

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {{user_id: string, username: string, comment_id?: number}} Person */

const NOTICE_MS = 6000
const GUEST = "g_" // how the ids of guests begin

/**
 * The acts that a dialog asks about: title, the label of its button, the command, and what it asks for.
 * @type {Record<string, {title: () => string, label: () => string, command: string, asks: string[]}>}
 */
const ASKED = {
  mute: {
    title: () => gettext("Mute {name}"),
    label: () => gettext("Mute"),
    command: "mute_member",
    asks: ["minutes", "reason", "quiet", "guest"],
  },
  ban: {
    title: () => gettext("Ban {name}"),
    label: () => gettext("Ban"),
    command: "ban_member",
    asks: ["minutes", "reason", "person_only", "range"],
  },
  report: {
    title: () => gettext("Report {name} to the host"),
    label: () => gettext("Report"),
    command: "report_member",
    asks: ["reason", "comment_id"],
  },
}

/** @type {Record<string, string>} */
const COMMANDS = {
  remove: "remove_member",
  unmute: "unmute_member",
  "delete-all": "delete_all_comments",
}

/** @param {string} act @param {Person} person @param {Room} room */
export function perform(act, person, room) {
  if (act in ASKED) askAbout(act, person, room)
  else if (act === "ignore") toggleIgnored(person)
  else room.say(COMMANDS[act], { user_id: person.user_id }).catch(showRefusal)
}

/** @param {Person} person */
function toggleIgnored({ user_id: id, username: name }) {
  const ignored = !isIgnored(id)
  setIgnored(id, name, ignored)
  const text = ignored
    ? gettext("You do not see what {name} writes any more.")
    : gettext("You see what {name} writes again.")
  showNotice({
    key: "ignored",
    text: interpolate(text, { name }),
    lastsMs: NOTICE_MS,
    act: ignored ? { text: gettext("Undo"), run: () => setIgnored(id, name, false) } : undefined,
  })
}

/** @param {string} act @param {Person} person @param {Room} room */
function askAbout(act, person, room) {
  const { title, label, command, asks } = ASKED[act]
  document.querySelector("[data-dialog=act]")?.remove()
  const dialog = /** @type {HTMLDialogElement} */ (cloneTemplate("act-form"))
  document.body.append(dialog)
  dialog.addEventListener("close", () => dialog.remove())
  setText(find(dialog, "title"), interpolate(title(), { name: person.username }))
  setText(find(dialog, "confirm"), label())
  const form = /** @type {HTMLFormElement} */ (find(dialog, "form"))
  for (const field of form.querySelectorAll("[data-asks]"))
    if (field instanceof HTMLElement) field.hidden = !isAsked(field.dataset.asks ?? "", asks, person)
  form.addEventListener("submit", async (event) => {
    event.preventDefault()
    try {
      await room.say(command, payloadOf(form, person, asks))
      dialog.close()
      if (act === "report") thank()
    } catch (refusal) {
      const problem = find(form, "problem")
      setText(problem, refusalMessage(refusal))
      problem.hidden = false
    }
  })
  openDialog("act")
}

/** Of an account nothing is said about guests. @param {string} name @param {string[]} asks @param {Person} person */
function isAsked(name, asks, person) {
  return asks.includes(name) && (name !== "guest" || person.user_id.startsWith(GUEST))
}

/** @param {HTMLFormElement} form @param {Person} person @param {string[]} asks */
function payloadOf(form, person, asks) {
  const fields = new FormData(form)
  /** @type {Record<string, unknown>} */
  const answers = {
    minutes: Number(fields.get("minutes")),
    reason: String(fields.get("reason")).trim(),
    person_only: fields.has("person_only"),
    range: fields.has("range") && !fields.has("person_only"),
    quiet: fields.has("quiet"),
    comment_id: person.comment_id,
  }
  const given = asks.filter((name) => answers[name] !== undefined).map((name) => [name, answers[name]])
  return { user_id: person.user_id, ...Object.fromEntries(given) }
}

function thank() {
  showNotice({ key: "reported", text: gettext("The host and moderators were informed."), lastsMs: NOTICE_MS })
}
