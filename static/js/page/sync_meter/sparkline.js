// @ts-check
/** Two minutes of drift as a line; for the host also a thin, labelled line for each member. */

import { cloneTemplate, find, setText, svgElement } from "../lib/dom.js"
import { formatMs } from "../lib/i18n.js"

/** @typedef {import("../room/session.js").RoomSession} Room */

const SPAN_MS = 120_000
const SAMPLE_INTERVAL_MS = 500
const WIDTH = 240
const MIDDLE = 36
const SCALES_MS = [20, 50, 100, 250, 500, 1000, 2500, 10_000, 60_000]
const IN_SYNC_MS = 60
const MAX_LINES = 12
const COLORS = 6

/** @typedef {{atMs: number, driftMs: number}} Sample */

export class Sparkline {
  /** @param {HTMLElement} meter */
  constructor(meter) {
    this.meter = meter
    /** @type {Sample[]} */
    this.own = []
    /** @type {Map<string, {name: string, samples: Sample[]}>} */
    this.others = new Map()
  }

  /** @param {number} driftMs */
  addOwn(driftMs) {
    addSample(this.own, driftMs)
  }

  /**
   * @param {{user_id: string, drift_ms: number | null}[]} reports
   * @param {Room} room
   */
  addOthers(reports, room) {
    for (const { user_id: id, drift_ms: driftMs } of reports) {
      const name = room.state?.members.get(id)?.username
      if (!name || driftMs === null || id === room.boot.you.user_id) continue
      const line = this.others.get(id) ?? { name, samples: [] }
      this.others.set(id, line)
      addSample(line.samples, driftMs)
    }
    for (const id of this.others.keys()) if (!room.state?.members.has(id)) this.others.delete(id)
  }

  /** @param {boolean} withOthers */
  draw(withOthers) {
    const lines = withOthers ? [...this.others.values()].slice(0, MAX_LINES) : []
    const scaleMs = chooseScale([this.own, ...lines.map((line) => line.samples)])
    find(this.meter, "mine").setAttribute("d", path(this.own, scaleMs))
    find(this.meter, "others").replaceChildren(
      ...lines.map((line, i) =>
        svgElement("path", {
          class: `spark-line ink-${i % COLORS}`,
          d: path(extendedToNow(line.samples), scaleMs),
        }),
      ),
    )
    setText(find(this.meter, "scale"), `± ${formatMs(scaleMs)}`)
    this.#drawBand(scaleMs)
    this.#drawLegend(lines)
  }

  /** @param {number} scaleMs */
  #drawBand(scaleMs) {
    const half = Math.min(IN_SYNC_MS / scaleMs, 1) * (MIDDLE - 4)
    const band = this.meter.querySelector(".spark-band")
    band?.setAttribute("y", String(MIDDLE - half))
    band?.setAttribute("height", String(2 * half))
  }

  /** @param {{name: string, samples: Sample[]}[]} lines */
  #drawLegend(lines) {
    const legend = find(this.meter, "legend")
    legend.hidden = !lines.length
    legend.replaceChildren(
      ...lines.map((line, i) => {
        const item = cloneTemplate("meter-line")
        item.querySelector("i")?.classList.add(`ink-${i % COLORS}`)
        find(item, "name").textContent = line.name
        find(item, "ms").textContent = formatMs(line.samples[line.samples.length - 1]?.driftMs ?? 0)
        return item
      }),
    )
  }
}

/**
 * @param {Sample[]} samples
 * @param {number} driftMs
 */
function addSample(samples, driftMs) {
  const atMs = performance.now()
  const last = samples[samples.length - 1]
  if (last && atMs - last.atMs < SAMPLE_INTERVAL_MS) return
  samples.push({ atMs, driftMs })
  while (samples.length && atMs - samples[0].atMs > SPAN_MS) samples.shift()
}

/** A member without new reports keeps the last value. @param {Sample[]} samples */
function extendedToNow(samples) {
  const last = samples[samples.length - 1]
  return last ? [...samples, { ...last, atMs: performance.now() }] : samples
}

/** @param {Sample[][]} lines */
function chooseScale(lines) {
  const most = Math.max(0, ...lines.flat().map((sample) => Math.abs(sample.driftMs)))
  return SCALES_MS.find((scale) => scale >= most) ?? SCALES_MS[SCALES_MS.length - 1]
}

/**
 * The SVG path of the samples; a player that is ahead is above the middle.
 * @param {Sample[]} samples
 * @param {number} scaleMs
 */
function path(samples, scaleMs) {
  const nowMs = performance.now()
  return samples
    .map(({ atMs, driftMs }, i) => {
      const x = WIDTH - ((nowMs - atMs) / SPAN_MS) * WIDTH
      const share = Math.max(-1, Math.min(1, driftMs / scaleMs))
      return `${i ? "L" : "M"}${x.toFixed(1)} ${(MIDDLE - share * (MIDDLE - 4)).toFixed(1)}`
    })
    .join("")
}
