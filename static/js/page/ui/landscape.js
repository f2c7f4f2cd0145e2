// @ts-check
/** Evening landscapes for rooms and tracks without a cover, always the same for the same seed. */

import { svgElement } from "../lib/dom.js"

/** @typedef {import("./artwork.js").Seeded} Seeded */

const WIDTH = 320
const HEIGHT = 180

const HUES = 12 // apart enough to be told from each other at the size of a thumbnail
const TURNS = [-70, 25, 60] // from the hue of the hills to that of the horizon
const SCENES = /** @type {const} */ (["hills", "mountains", "sea", "city"])

/**
 * The scene and its colours: sky above, sky at the horizon, the light, then the land from far to near.
 * @param {Seeded} seeded
 */
export function design({ next, pick }) {
  const hue = Math.floor(next() * HUES) * (360 / HUES)
  const turned = (hue + pick(TURNS) + 360) % 360
  const isBlue = turned > 205 && turned < 300 // which looks darker
  const colours = /** @type {const} */ ([
    colour(hue, 45, 18),
    colour(turned, 58, isBlue ? 64 : 58),
    colour(turned + 15, 85, 90),
    colour(hue, 38, 40),
    colour(hue, 40, 26),
    colour(hue, 42, 12),
  ])
  return { hue, scene: pick(SCENES), colours }
}

/** @param {number} hue @param {number} saturation @param {number} lightness */
function colour(hue, saturation, lightness) {
  return `hsl(${hue % 360} ${saturation}% ${lightness}%)`
}

let drawn = 0

/**
 * The shapes of one landscape, in a picture of 320 by 180.
 * @param {Seeded} seeded
 */
export function scenery(seeded) {
  const { scene, colours } = design(seeded)
  const { next } = seeded
  const [above, horizon, light] = colours
  // a unique id: if two pictures shared one and the first were hidden, the second would have no sky
  const id = `sky-${Math.floor(next() * 1e9).toString(36)}-${drawn++}`
  const sunX = 60 + next() * 200
  const sun = svgElement("circle", { cx: sunX, cy: 62 + next() * 46, r: 14 + next() * 20, fill: light })
  return [
    skyGradient(id, above, horizon),
    svgElement("rect", { width: WIDTH, height: HEIGHT, fill: `url(#${id})` }),
    ...stars(next, light),
    sun,
    ...land(scene, next, colours, sunX),
  ]
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

/** @param {string} scene @param {() => number} next @param {readonly string[]} colours @param {number} sunX */
function land(scene, next, [, , light, far, middle, near], sunX) {
  if (scene === "mountains")
    return [peaks(next, 112, 62, far), peaks(next, 140, 44, middle), hills(next, 156, 8, near)]
  if (scene === "sea") return [hills(next, 112, 12, far), ...sea(next, sunX, light, middle)]
  if (scene === "city") return [hills(next, 118, 16, far), towers(next, 70, middle), towers(next, 40, near)]
  return [hills(next, 106, 22, far), hills(next, 128, 18, middle), hills(next, 152, 14, near)]
}

/** A jagged ridge. @param {() => number} next @param {number} level @param {number} height @param {string} fill */
function peaks(next, level, height, fill) {
  const points = Array.from({ length: 9 }, (_, i) => {
    const rises = i % 2 ? height * (0.5 + next() / 2) : -next() * 14
    return `L${(i - 0.5) * (WIDTH / 7)} ${level - rises}`
  })
  return svgElement("path", { d: `M-60 ${HEIGHT}${points.join("")}L${WIDTH + 60} ${HEIGHT}Z`, fill })
}

/** Water with the light on it. @param {() => number} next @param {number} x @param {string} light @param {string} fill */
function sea(next, x, light, fill) {
  const glints = Array.from({ length: 6 }, (_, i) => {
    const width = 16 + next() * 50
    return svgElement("rect", {
      x: x - width / 2,
      y: 130 + i * 8,
      width,
      height: 2,
      fill: light,
      opacity: 0.6,
    })
  })
  return [svgElement("rect", { y: 122, width: WIDTH, height: HEIGHT - 122, fill }), ...glints]
}

/** A row of houses. @param {() => number} next @param {number} height at most @param {string} fill */
function towers(next, height, fill) {
  let path = `M0 ${HEIGHT}`
  for (let x = 0; x < WIDTH;) {
    const width = 16 + next() * 26
    const top = HEIGHT - height * (0.45 + next() * 0.55)
    path += `V${top}H${(x += width)}`
  }
  return svgElement("path", { d: `${path}V${HEIGHT}Z`, fill })
}
