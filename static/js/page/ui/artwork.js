// @ts-check
/**
 * Pictures generated without a request, always the same for the same seed: avatars, and evening landscapes for rooms
 * and tracks without a cover. And cover art, with a placeholder if there is none.
 */

import { svgElement } from "../lib/dom.js"

/**
 * @param {string} text
 * @returns {() => number} a generator of numbers in [0, 1)
 */
export function seeded(text) {
  let state = 0x811c9dc5
  for (const letter of text) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/**
 * @template T
 * @param {() => number} next
 * @param {readonly T[]} choices
 * @returns {T}
 */
export function pick(next, choices) {
  return choices[Math.floor(next() * choices.length)]
}

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

/**
 * @param {string} userId
 * @param {string} username
 */
export function avatar(userId, username) {
  const next = seeded(userId)
  const [ground, shape] = pick(next, PAIRS)
  const figure = pick(next, SHAPES)(next())
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

const WIDTH = 320
const HEIGHT = 180

// Sky above, sky at the horizon, the light, then the hills from far to near.
const EVENINGS = /** @type {const} */ ([
  ["#2b2140", "#e0785a", "#ffd9a0", "#8c4a56", "#562f45", "#2c1a2e"],
  ["#12263f", "#3f8290", "#f2ead0", "#2b5d6e", "#1b4053", "#0e2233"],
  ["#3a1d34", "#d6637a", "#ffc2a8", "#8d3f5e", "#552a4a", "#2a1630"],
  ["#16323a", "#7fae8f", "#fdf0c4", "#3f7468", "#28524f", "#123034"],
  ["#241a3d", "#7a62b8", "#f0c9e0", "#533f88", "#382a63", "#1d1638"],
  ["#3b2415", "#dd9a4e", "#ffe4b0", "#93592f", "#5e3823", "#2e1c14"],
])

let drawn = 0

/** @param {string} seed */
function placeholderArt(seed) {
  const next = seeded(`cover:${seed}`)
  const [above, horizon, light, far, middle, near] = pick(next, EVENINGS)
  // a unique id: if two pictures shared one and the first were hidden, the second would have no sky
  const id = `sky-${Math.floor(next() * 1e9).toString(36)}-${drawn++}`
  const sun = svgElement("circle", {
    cx: 60 + next() * 200,
    cy: 62 + next() * 46,
    r: 14 + next() * 20,
    fill: light,
  })
  return svgElement(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" },
    [
      skyGradient(id, above, horizon),
      svgElement("rect", { width: WIDTH, height: HEIGHT, fill: `url(#${id})` }),
      ...stars(next, light),
      sun,
      hills(next, 106, 22, far),
      hills(next, 128, 18, middle),
      hills(next, 152, 14, near),
    ],
  )
}

/**
 * @param {string} id
 * @param {string} above
 * @param {string} horizon
 */
function skyGradient(id, above, horizon) {
  return svgElement("linearGradient", { id, x1: 0, y1: 0, x2: 0, y2: 1 }, [
    svgElement("stop", { offset: "0", "stop-color": above }),
    svgElement("stop", { offset: "0.72", "stop-color": horizon }),
  ])
}

/**
 * @param {() => number} next
 * @param {string} light
 */
function stars(next, light) {
  return Array.from({ length: 14 }, () =>
    svgElement("circle", {
      cx: next() * WIDTH,
      cy: next() * 70,
      r: 0.4 + next() * 0.7,
      fill: light,
      opacity: 0.7,
    }),
  )
}

/**
 * One ridge of soft hills from edge to edge.
 * @param {() => number} next
 * @param {number} level
 * @param {number} swing
 * @param {string} fill
 */
function hills(next, level, swing, fill) {
  const points = Array.from({ length: 7 }, (_, i) => [
    (i - 0.5) * (WIDTH / 5),
    level + (next() - 0.5) * 2 * swing,
  ])
  let path = `M-60 ${HEIGHT}L${points[0][0]} ${points[0][1]}`
  for (let i = 1; i < points.length; i++) {
    const half = (points[i - 1][0] + points[i][0]) / 2
    path += `C${half} ${points[i - 1][1]} ${half} ${points[i][1]} ${points[i][0]} ${points[i][1]}`
  }
  return svgElement("path", { d: `${path}L${WIDTH + 60} ${HEIGHT}Z`, fill })
}

/**
 * Fill every empty `[data-cover]` below `root` with the room's picture, or a landscape if it has none.
 * @param {ParentNode} root
 */
export function fillCovers(root) {
  for (const slot of root.querySelectorAll("[data-cover]:empty")) {
    if (!(slot instanceof HTMLElement)) continue
    const { cover = "", coverImage: address } = slot.dataset
    slot.append(address ? picture(slot, address, placeholderArt(cover)) : placeholderArt(cover))
  }
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
  const drawn = placeholderArt([item.artist, item.album || item.title].join(" "))
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
