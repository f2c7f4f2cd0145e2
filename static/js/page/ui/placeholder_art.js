// @ts-check
/** A picture for a room without one: an evening landscape, always the same for the same room. */

import { draw } from "./svg.js"
import { pick, seeded } from "../lib/random.js"

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
export function landscape(seed) {
  const next = seeded(`cover:${seed}`)
  const [above, horizon, light, far, middle, near] = pick(next, EVENINGS)
  // the same picture twice, and the first one hidden: its sky would be missing in the other
  const id = `sky-${Math.floor(next() * 1e9).toString(36)}-${drawn++}`
  const sun = draw("circle", {
    cx: 60 + next() * 200,
    cy: 62 + next() * 46,
    r: 14 + next() * 20,
    fill: light,
  })
  return draw(
    "svg",
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" },
    [
      sky(id, above, horizon),
      draw("rect", { width: WIDTH, height: HEIGHT, fill: `url(#${id})` }),
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
function sky(id, above, horizon) {
  return draw("linearGradient", { id, x1: 0, y1: 0, x2: 0, y2: 1 }, [
    draw("stop", { offset: "0", "stop-color": above }),
    draw("stop", { offset: "0.72", "stop-color": horizon }),
  ])
}

/**
 * @param {() => number} next
 * @param {string} light
 */
function stars(next, light) {
  return Array.from({ length: 14 }, () =>
    draw("circle", { cx: next() * WIDTH, cy: next() * 70, r: 0.4 + next() * 0.7, fill: light, opacity: 0.7 }),
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
  return draw("path", { d: `${path}L${WIDTH + 60} ${HEIGHT}Z`, fill })
}

/**
 * Puts a landscape into every `[data-cover]` below `root` that has none.
 * @param {ParentNode} root
 */
export function fillCovers(root) {
  for (const slot of root.querySelectorAll("[data-cover]:empty")) {
    if (slot instanceof HTMLElement) slot.append(landscape(slot.dataset.cover ?? ""))
  }
}
