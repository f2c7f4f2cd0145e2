// @ts-check
/**
 * A face for everyone: two-colour shapes made from the `user_id`, initials on top, nothing asked of anybody.
 */

import { draw } from "./svg.js"
import { pick, seeded } from "../lib/random.js"

// Ground, shape. All of them carry the dark initials with a contrast of at least 5 to 1.
const PAIRS = /** @type {const} */ ([
  ["#f2b8a0", "#e08e79"],
  ["#f3cf86", "#e2aa57"],
  ["#bcd8a0", "#8fbb79"],
  ["#9fd6cf", "#6fb5b0"],
  ["#a9c8ee", "#7fa5dc"],
  ["#c9b8ee", "#a590dc"],
  ["#eeb4d0", "#d98ab2"],
  ["#d9c7b0", "#b99f83"],
])
const INK = "#241612"

const SHAPES = [
  (/** @type {number} */ turn) => draw("circle", { cx: 20 + turn * 30, cy: 14, r: 26 }),
  (/** @type {number} */ turn) =>
    draw("path", { d: "M0 44 70 0V70H0Z", transform: `rotate(${Math.round(turn * 360)} 32 32)` }),
  (/** @type {number} */ turn) =>
    draw("path", {
      d: "M-20 40Q10 14 32 34T84 28V84H-20Z",
      transform: `rotate(${Math.round(turn * 90 - 45)} 32 32)`,
    }),
  (/** @type {number} */ turn) => draw("circle", { cx: 32, cy: 50 + turn * 14, r: 32 }),
]

/**
 * @param {string} userId
 * @param {string} username
 */
export function avatar(userId, username) {
  const next = seeded(userId)
  const [ground, shape] = pick(next, PAIRS)
  const figure = pick(next, SHAPES)(next())
  figure.setAttribute("fill", shape)
  const letters = draw("text", { x: 32, y: 41, fill: INK }, [initials(username)])
  return draw("svg", { viewBox: "0 0 64 64", "aria-hidden": "true" }, [
    draw("rect", { width: 64, height: 64, fill: ground }),
    figure,
    letters,
  ])
}

/**
 * "Mira Kowalska" is MK, "mira" is M, "mira 🎬 2" too.
 * @param {string} username
 */
export function initials(username) {
  const letters = username
    .split(/[\s_.-]+/u)
    .map((word) => word.match(/\p{L}/u)?.[0] ?? "")
    .filter(Boolean)
  const firsts = letters.length > 1 ? [letters[0], letters[letters.length - 1]] : letters
  return firsts.join("").toLocaleUpperCase()
}

/**
 * Puts a face into every `[data-avatar]` below `root`.
 * @param {ParentNode} root
 */
export function fillAvatars(root) {
  for (const slot of root.querySelectorAll("[data-avatar]")) {
    if (slot instanceof HTMLElement) putAvatar(slot, slot.dataset.avatar ?? "", slot.dataset.who ?? "")
  }
}

/**
 * @param {HTMLElement} slot
 * @param {string} userId
 * @param {string} username
 */
export function putAvatar(slot, userId, username) {
  slot.dataset.avatar = userId
  slot.dataset.who = username
  slot.replaceChildren(avatar(userId, username))
}
