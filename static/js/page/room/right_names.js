// @ts-check
/** What rights are called on the page, for the settings and for a member's card. */

import { gettext } from "../lib/i18n.js"

/** @returns {[import("../../core/room/rights.js").Right, string][]} in the order in which they are shown */
export function rightNames() {
  return [
    ["control", gettext("Control playback")],
    ["media", gettext("Change media")],
    ["queue_add", gettext("Add to the queue")],
    ["queue_edit", gettext("Edit the queue")],
    ["chat", gettext("Chat")],
    ["react", gettext("React")],
    ["invite", gettext("Invite others")],
    ["remove", gettext("Remove members")],
    ["settings", gettext("Change settings")],
  ]
}
