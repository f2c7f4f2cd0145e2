// @ts-check
/**
 * Avatars, generated without a request and always the same for the same person. And cover art, with a landscape if there
 * is none; its module is loaded with the first one.
 */

import { svgElement } from "../lib/dom.js"

// Background and shape. The dark initials have a contrast of at least 5 to 1 on each.
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
  (/** @type {number} */ turn) => svgElement("circle", { cx: 20 + turn * 30, cy: 14, r: 26 }),
  (/** @type {number} */ turn) =>
    svgElement("path", { d: "M0 44 70 0V70H0Z", transform: `rotate(${Math.round(turn * 360)} 32 32)` }),
  (/** @type {number} */ turn) =>
    svgElement("path", {
      d: "M-20 40Q10 14 32 34T84 28V84H-20Z",
      transform: `rotate(${Math.round(turn * 90 - 45)} 32 32)`,
    }),
  (/** @type {number} */ turn) => svgElement("circle", { cx: 32, cy: 50 + turn * 14, r: 32 }),
]

/** @typedef {ReturnType<typeof seeded>} Seeded */

/**
 * Numbers in [0, 1) and choices that are always the same for the same text.
 * @param {string} text
 */
export function seeded(text) {
  let state = 0x811c9dc5
  for (const letter of text) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  /** @template T @param {readonly T[]} choices @returns {T} */
  const pick = (choices) => choices[Math.floor(next() * choices.length)]
  return { next, pick }
}

/**
 * @param {string} userId
 * @param {string} username
 */
export function avatar(userId, username) {
  const { next, pick } = seeded(userId)
  const [ground, shape] = pick(PAIRS)
  const figure = pick(SHAPES)(next())
  figure.setAttribute("fill", shape)
  const letters = svgElement("text", { x: 32, y: 41, fill: INK }, [initials(username)])
  return svgElement("svg", { viewBox: "0 0 64 64", "aria-hidden": "true" }, [
    svgElement("rect", { width: 64, height: 64, fill: ground }),
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
 * Fill every `[data-avatar]` below `root` with an avatar.
 * @param {ParentNode} root
 */
export function fillAvatars(root) {
  for (const slot of root.querySelectorAll("[data-avatar]")) {
    if (slot instanceof HTMLElement) showAvatar(slot, slot.dataset.avatar ?? "", slot.dataset.who ?? "")
  }
}

/**
 * @param {HTMLElement} slot
 * @param {string} userId
 * @param {string} username
 */
export function showAvatar(slot, userId, username) {
  slot.dataset.avatar = userId
  slot.dataset.who = username
  slot.replaceChildren(avatar(userId, username))
}

/**
 * Fill every empty `[data-cover]` below `root` with the room's picture, or a landscape if it has none.
 * @param {ParentNode} root
 */
export function fillCovers(root) {
  for (const slot of root.querySelectorAll("[data-cover]:empty")) {
    if (!(slot instanceof HTMLElement)) continue
    const { cover = "", coverImage: address } = slot.dataset
    slot.append(address ? picture(slot, address, landscape(cover)) : landscape(cover))
  }
}

/** @param {string} seed */
function landscape(seed) {
  const art = svgElement("svg", {
    viewBox: "0 0 320 180",
    preserveAspectRatio: "xMidYMid slice",
    "aria-hidden": "true",
  })
  void import("./landscape.js").then(({ scenery }) => art.append(...scenery(seeded(`cover:${seed}`))))
  return art
}

/** @typedef {import("../../core/protocol.js").Item} Item */

/** @param {HTMLElement} slot @param {Item | null} item */
export function showCoverArt(slot, item) {
  const key = item ? `${item.id} ${item.cover ?? ""}` : ""
  if (slot.dataset.art === key) return
  slot.dataset.art = key
  slot.replaceChildren(...(item ? [coverImage(slot, item)] : []))
}

/** @param {HTMLElement} slot @param {Item} item */
function coverImage(slot, item) {
  const drawn = landscape([item.artist, item.album || item.title].join(" "))
  return item.cover ? picture(slot, item.cover, drawn) : drawn
}

/** @param {HTMLElement} slot @param {string} address @param {Element} drawn is shown if the picture cannot be loaded */
function picture(slot, address, drawn) {
  const image = new Image()
  image.alt = ""
  image.loading = "lazy"
  image.decoding = "async"
  image.src = address
  image.addEventListener("error", () => image.isConnected && slot.replaceChildren(drawn))
  return image
}
