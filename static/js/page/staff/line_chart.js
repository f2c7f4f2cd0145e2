// @ts-check
/** A line of ten minutes that moves: own SVG, one or two lines, a scale that fits. */

import { find, setText } from "../lib/dom.js"
import { interpolate, gettext } from "../lib/i18n.js"

const WIDTH = 600
const HEIGHT = 120
const EDGE = 2 // half a stroke
const GAP_MS = 5000 // after so long without samples the line is broken
const STEPS = [1, 2, 5]

/** @typedef {{at_ms: number, [key: string]: number | null}} Sample */
/**
 * @typedef {object} ChartOptions
 * @property {string} name the samples' field
 * @property {string} [second] that of a second line
 * @property {(value: number) => string} say a value, in words
 * @property {number} [most] where the scale always ends; without it, where it fits
 * @property {number} [least] the smallest scale that is shown
 */

export class LineChart {
  /** @param {HTMLElement} figure @param {ChartOptions} looks */
  constructor(figure, looks) {
    this.figure = figure
    this.looks = looks
    this.title = figure.querySelector("h2")?.textContent ?? ""
  }

  /** @param {Sample[]} samples the oldest first @param {number} nowMs @param {number} spanMs */
  draw(samples, nowMs, spanMs) {
    const { name, second, say } = this.looks
    const values = samples.flatMap((sample) => numbers(sample[name], second ? sample[second] : null))
    const top = this.looks.most ?? scale(Math.max(this.looks.least ?? 1, ...values))
    const place = { fromMs: nowMs - spanMs, spanMs, top }
    this.#line("line-first", samples, name, place)
    if (second) this.#line("line-second", samples, second, place)
    setText(find(this.figure, "top"), say(top))
    this.#say(samples, values)
  }

  /** @param {string} line @param {Sample[]} samples @param {string} name @param {Place} place */
  #line(line, samples, name, place) {
    this.figure.querySelector(`[data-${line}]`)?.setAttribute("d", path(samples, name, place))
  }

  /** @param {Sample[]} samples @param {number[]} values */
  #say(samples, values) {
    const { name, second, say } = this.looks
    const last = samples.at(-1)
    const now = said(last?.[name], say)
    setText(find(this.figure, "now"), now)
    if (second) setText(find(this.figure, "second"), said(last?.[second], say))
    const words = values.length
      ? interpolate(gettext("{title}: {now} now, between {low} and {high} in the last ten minutes"), {
          title: this.title,
          now,
          low: say(Math.min(...values)),
          high: say(Math.max(...values)),
        })
      : interpolate(gettext("{title}: nothing was measured yet"), { title: this.title })
    this.figure.querySelector("svg")?.setAttribute("aria-label", words)
  }
}

/** @typedef {{fromMs: number, spanMs: number, top: number}} Place */

/** @param {...(number | null | undefined)} values */
function numbers(...values) {
  return /** @type {number[]} */ (values.filter((value) => typeof value === "number"))
}

/** @param {number | null | undefined} value @param {(value: number) => string} say */
function said(value, say) {
  return typeof value === "number" ? say(value) : "–"
}

/** The next round number. @param {number} most */
export function scale(most) {
  const magnitude = 10 ** Math.floor(Math.log10(most))
  return (STEPS.find((step) => step * magnitude >= most) ?? 10) * magnitude
}

/** @param {Sample[]} samples @param {string} name @param {Place} place */
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
