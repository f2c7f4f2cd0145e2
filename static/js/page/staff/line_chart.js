// @ts-check
/** A chart of ten minutes as an SVG with one or two lines; the scale fits the values. */

import { find, setText } from "../lib/dom.js"
import { interpolate, gettext } from "../lib/i18n.js"

const WIDTH = 600
const HEIGHT = 120
const EDGE = 2 // half a stroke
const GAP_MS = 5000 // a longer gap between samples breaks the line
const STEPS = [1, 2, 5]

/** @typedef {{at_ms: number, [key: string]: number | null}} Sample */
/**
 * @typedef {object} ChartOptions
 * @property {string} name the field of the samples
 * @property {string} [second] the field of a second line
 * @property {(value: number) => string} format
 * @property {number} [top] a fixed end of the scale; without it the scale fits the values
 * @property {number} [minTop] the smallest end of a scale that fits the values
 */

export class LineChart {
  /** @param {HTMLElement} figure @param {ChartOptions} options */
  constructor(figure, options) {
    this.figure = figure
    this.options = options
    this.title = figure.querySelector("h2")?.textContent ?? ""
  }

  /** @param {Sample[]} samples the oldest first @param {number} nowMs @param {number} spanMs */
  draw(samples, nowMs, spanMs) {
    const { name, second, format } = this.options
    const values = samples.flatMap((sample) => numbers(sample[name], second ? sample[second] : null))
    const top = this.options.top ?? scale(Math.max(this.options.minTop ?? 1, ...values))
    const axes = { fromMs: nowMs - spanMs, spanMs, top }
    this.#line("line-first", samples, name, axes)
    if (second) this.#line("line-second", samples, second, axes)
    setText(find(this.figure, "top"), format(top))
    this.#describe(samples, values)
  }

  /** @param {string} line @param {Sample[]} samples @param {string} name @param {Axes} axes */
  #line(line, samples, name, axes) {
    this.figure.querySelector(`[data-${line}]`)?.setAttribute("d", path(samples, name, axes))
  }

  /** @param {Sample[]} samples @param {number[]} values */
  #describe(samples, values) {
    const { name, second, format } = this.options
    const last = samples.at(-1)
    const now = formatValue(last?.[name], format)
    setText(find(this.figure, "now"), now)
    if (second) setText(find(this.figure, "second"), formatValue(last?.[second], format))
    const label = values.length
      ? interpolate(gettext("{title}: {now} now, between {low} and {high} in the last ten minutes"), {
          title: this.title,
          now,
          low: format(Math.min(...values)),
          high: format(Math.max(...values)),
        })
      : interpolate(gettext("{title}: nothing was measured yet"), { title: this.title })
    this.figure.querySelector("svg")?.setAttribute("aria-label", label)
  }
}

/** @typedef {{fromMs: number, spanMs: number, top: number}} Axes */

/** @param {...(number | null | undefined)} values */
function numbers(...values) {
  return /** @type {number[]} */ (values.filter((value) => typeof value === "number"))
}

/** @param {number | null | undefined} value @param {(value: number) => string} format */
function formatValue(value, format) {
  return typeof value === "number" ? format(value) : "–"
}

/** The next round number. @param {number} max */
export function scale(max) {
  const magnitude = 10 ** Math.floor(Math.log10(max))
  return (STEPS.find((step) => step * magnitude >= max) ?? 10) * magnitude
}

/** @param {Sample[]} samples @param {string} name @param {Axes} axes */
export function path(samples, name, { fromMs, spanMs, top }) {
  let lastMs = -Infinity
  let drawn = ""
  for (const sample of samples) {
    const value = sample[name]
    if (typeof value !== "number" || sample.at_ms < fromMs) continue
    const x = ((sample.at_ms - fromMs) / spanMs) * WIDTH
    const y = HEIGHT - EDGE - Math.min(1, value / top) * (HEIGHT - 2 * EDGE)
    drawn += `${sample.at_ms - lastMs > GAP_MS ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`
    lastMs = sample.at_ms
  }
  return drawn
}
