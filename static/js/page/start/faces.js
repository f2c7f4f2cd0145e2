// @ts-check
/** The faces of members, those who are ready marked. */

import { showAvatar } from "../ui/artwork.js"

const MOST_FACES = 8

/** @typedef {{user_id: string, username: string}} Person */

/** @param {HTMLElement} list @param {Person[]} people @param {string[]} [ready] their user_ids */
export function showFaces(list, people, ready = []) {
  const items = people.slice(0, MOST_FACES).map(({ user_id, username }) => {
    const item = findFace(list, user_id) ?? createFace(user_id)
    item.classList.toggle("is-ready", ready.includes(user_id))
    item.title = username
    const face = /** @type {HTMLElement} */ (item.firstElementChild)
    if (face.dataset.who !== username) showAvatar(face, user_id, username)
    return item
  })
  if (items.length !== list.childElementCount || items.some((item, i) => list.children[i] !== item))
    list.replaceChildren(...items)
}

/** @param {HTMLElement} list @param {string} userId @returns {HTMLElement | null} */
function findFace(list, userId) {
  return list.querySelector(`[data-face-of="${CSS.escape(userId)}"]`)
}

/** @param {string} userId */
function createFace(userId) {
  const item = document.createElement("li")
  item.dataset.faceOf = userId
  const face = document.createElement("span")
  face.className = "avatar"
  item.append(face)
  return item
}
