// @ts-check
/** Several people in one line: as many names as fit a phone, and how many more there are. */

import { fill, gettext, ngettext } from "../lib/i18n.js"

const NAMED = 2

/** @param {{user_id: string, username: string}[]} people @param {string} yourId */
export function namesOf(people, yourId) {
  const names = people
    .slice(0, NAMED)
    .map(({ user_id, username }) => (user_id === yourId ? gettext("you") : username))
  const rest = people.length - names.length
  if (rest > 0) names.push(fill(ngettext("{count} other", "{count} others", rest), { count: rest }))
  return names.join(", ")
}
