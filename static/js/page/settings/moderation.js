// @ts-check
/**
 * The section "Moderation": mutes and bans in force with "Lift", who may join without asking, and the latest acts with
 * "Undo".
 */

import { request } from "../lib/api.js"
import { cloneTemplate, disposeAll, find, setText } from "../lib/dom.js"
import { gettext, interpolate } from "../lib/i18n.js"
import { after } from "../lib/timers.js"
import { undo } from "../moderation/act_notices.js"
import { actDetails, actText, momentText } from "../moderation/act_texts.js"
import { refusalMessage, showRefusal } from "../ui/notices.js"

const GAP_MS = 1000

/** @typedef {import("../room/session.js").RoomSession} Room */
/** @typedef {import("../../core/protocol.js").ActState} Act */
/** @typedef {import("../../core/protocol.js").BanState} Ban */
/** @typedef {import("../../core/protocol.js").UserRef} User */
/** @typedef {{text: string, details: string, label: string, run?: () => Promise<unknown>}} Row */

/** @param {HTMLElement} panel @param {Room} room */
export function mount(panel, room) {
  const load = async () => {
    const problem = find(panel, "problem")
    try {
      const state = await request(`/api/rooms/${room.boot.room_id}/moderation/`)
      fill(
        panel,
        "bans",
        state.bans.map((/** @type {Ban} */ ban) => banRow(room, ban)),
      )
      fill(
        panel,
        "admitted",
        state.admitted.map((/** @type {User} */ user) => admittedRow(room, user)),
      )
      find(panel, "admitted-section").hidden = !state.admitted.length
      fill(
        panel,
        "acts",
        state.acts.map((/** @type {Act} */ act) => actRow(room, act)),
      )
      problem.hidden = true
    } catch (refusal) {
      setText(problem, refusalMessage(refusal))
      problem.hidden = false
    }
  }
  const { update, stop } = paced(load)
  const shown = new MutationObserver(() => {
    if (!panel.hidden) update()
  })
  shown.observe(panel, { attributeFilter: ["hidden"] })
  update()
  return disposeAll(
    stop,
    () => shown.disconnect(),
    ...["moderated", "state", "knocks"].map((type) => room.on(type, () => !panel.hidden && update())),
  )
}

/**
 * Acts come in bursts: the list is loaded at most once a second, and once more after the last of them.
 * @param {() => Promise<void>} load
 */
function paced(load) {
  let isWaiting = false
  let again = false
  let cancel = () => {}
  async function run() {
    isWaiting = true
    again = false
    await load()
    cancel = after(GAP_MS, () => {
      isWaiting = false
      if (again) void run()
    })
  }
  return {
    update: () => {
      if (isWaiting) again = true
      else void run()
    },
    stop: () => cancel(),
  }
}

/** @param {Room} room @param {Ban} ban @returns {Row} */
function banRow(
  room,
  { id, kind, user, until, reason, by, person_only: personOnly, liftable, quiet, range },
) {
  const name = user?.username ?? gettext("a former member")
  const texts = /** @type {Record<string, string>} */ ({
    mute: quiet ? gettext("{name} is quietly muted until {until}") : gettext("{name} is muted until {until}"),
    remove: gettext("{name} was removed and may return at {until}"),
    ban: personOnly
      ? gettext("{name} is banned until {until}")
      : range
        ? gettext("{name} and the addresses around theirs are banned until {until}")
        : gettext("{name} and their address are banned until {until}"),
  })
  const lift = () =>
    id === null ? room.say("unmute_member", { user_id: user?.user_id }) : room.say("lift_ban", { ban_id: id })
  return {
    text: interpolate(texts[kind] ?? texts.ban, { name, until: momentText(until) }),
    details: [by && interpolate(gettext("by {name}"), { name: by.username }), reason]
      .filter(Boolean)
      .join(" · "),
    label: gettext("Lift"),
    run: liftable === false ? undefined : lift,
  }
}

/** @param {Room} room @param {User} user @returns {Row} */
function admittedRow(room, { user_id, username }) {
  return {
    text: username,
    details: "",
    label: gettext("Take off the list"),
    run: () => room.say("admit", { user_id, on: false }),
  }
}

/** @param {Room} room @param {Act} act @returns {Row} */
function actRow(room, act) {
  const isUndoable = act.undo_until && act.undo_until > room.serverNow()
  const details = [momentText(act.at), actDetails(act), act.undone ? gettext("undone") : ""]
  return {
    text: actText(act),
    details: details.filter(Boolean).join(" · "),
    label: gettext("Undo"),
    run: isUndoable ? () => undo(room, act) : undefined,
  }
}

/** @param {HTMLElement} panel @param {string} name @param {Row[]} rows */
function fill(panel, name, rows) {
  const empty = panel.querySelector(`[data-no-${name}]`)
  if (empty instanceof HTMLElement) empty.hidden = rows.length > 0
  find(panel, name).replaceChildren(...rows.map(rowElement))
}

/** @param {Row} row */
function rowElement({ text, details, label, run }) {
  const element = cloneTemplate("moderation-row")
  setText(find(element, "text"), text)
  setText(find(element, "details"), details)
  const button = /** @type {HTMLButtonElement} */ (find(element, "run"))
  setText(button, label)
  button.setAttribute("aria-label", `${label}: ${text}`)
  button.hidden = !run
  button.addEventListener("click", () => run?.().catch(showRefusal))
  return element
}
