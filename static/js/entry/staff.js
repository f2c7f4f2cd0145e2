// @ts-check
/** The staff page: fetches metrics once a second and draws ten minutes of them. */

import { find, setText } from "../page/lib/dom.js"
import { LineChart } from "../page/staff/line_chart.js"
import { showRooms } from "../page/staff/room_table.js"
import { interpolate, gettext, ngettext } from "../page/lib/i18n.js"

const EVERY_MS = 1000
const GIVE_UP_MS = 5000

/** @typedef {import("../page/staff/line_chart.js").Sample} Sample */
/**
 * @typedef {{at_ms: number, since_ms: number | null, span_s: number, pid: number, processes: number, samples:
 *   Sample[],
 * house: import("../page/staff/room_table.js").House}} Figures
 */

const page = /** @type {HTMLElement} */ (document.querySelector("[data-staff]"))
const whole = (/** @type {number} */ value) => Math.round(value).toLocaleString()
const perSecond = (/** @type {number} */ value) => (value < 9.95 ? value.toFixed(1) : whole(value))
const milliseconds = (/** @type {number} */ value) => `${value < 9.95 ? value.toFixed(1) : whole(value)} ms`
const perCent = (/** @type {number} */ value) =>
  `${value > 99 && value < 100 ? value.toFixed(1) : Math.round(value)} %`

const PLOTS = [
  new LineChart(find(page, "plot=sockets"), { name: "sockets", say: whole, least: 10 }),
  new LineChart(find(page, "plot=events"), { name: "events", say: perSecond, least: 1 }),
  new LineChart(find(page, "plot=latency"), {
    name: "p50_ms",
    second: "p99_ms",
    say: milliseconds,
    least: 10,
  }),
  new LineChart(find(page, "plot=in_step"), { name: "in_step", say: perCent, most: 100 }),
]

/** @type {Sample[]} */
let samples = []

/** @param {Figures} figures */
function show(figures) {
  const spanMs = figures.span_s * 1000
  samples = [...samples, ...figures.samples].filter((sample) => sample.at_ms > figures.at_ms - spanMs)
  for (const plot of PLOTS) plot.draw(samples, figures.at_ms, spanMs)
  for (const feet of page.querySelectorAll("[data-from]")) setText(feet, gettext("10 minutes ago"))
  for (const feet of page.querySelectorAll("[data-until]")) setText(feet, gettext("now"))
  showTiles(figures)
  showRooms(page, figures.house)
  showState("good", stateOf(figures))
}

/** @param {Figures} figures */
function showTiles({ house }) {
  const last = samples.at(-1)
  const tile = (
    /** @type {string} */ name,
    /** @type {number | null | undefined} */ value,
    /** @type {(value: number) => string} */ say,
  ) => setText(find(page, `tile=${name}`), typeof value === "number" ? say(value) : "–")
  tile("rooms_live", house.rooms_live, whole)
  tile("people", house.people, whole)
  tile("deliveries", last?.deliveries, perSecond)
  tile("refused", last?.refused, perSecond)
  tile("lag_ms", last?.lag_ms, milliseconds)
}

/** How many processes that is, and how far back the one that answered remembers. @param {Figures} figures */
function stateOf({ processes, since_ms: sinceMs, pid }) {
  const many = interpolate(ngettext("{count} process", "{count} processes", processes), { count: processes })
  if (sinceMs === null) return many
  const since = new Date(sinceMs).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
  const words =
    processes > 1
      ? gettext("{many} on this machine, summed up by process {pid}; history since {since}")
      : gettext("{many}, number {pid}; history since {since}")
  return interpolate(words, { many, pid, since })
}

/** @param {string} state @param {string} words */
function showState(state, words) {
  page.querySelector(".staff-state")?.setAttribute("data-state", state)
  setText(find(page, "state-words"), words)
}

/** @returns {Promise<Figures | null>} null, and said so, where there is no answer */
async function ask() {
  const address = new URL(page.dataset.figuresUrl ?? "", location.href)
  address.searchParams.set("since", String(samples.at(-1)?.at_ms ?? 0))
  try {
    const response = await fetch(address, {
      signal: AbortSignal.timeout(GIVE_UP_MS),
      headers: { Accept: "application/json" },
    })
    if (response.ok) return await response.json()
    showState(
      "bad",
      response.status === 404
        ? gettext("You are no longer signed in as staff. Reload the page.")
        : gettext("The server has no metrics right now. Trying again every second …"),
    )
  } catch {
    showState("bad", gettext("The server does not answer. Trying again every second …"))
  }
  return null
}

/** One request at a time, and none while the page is hidden. */
async function askForEver() {
  for (;;) {
    const figures = document.hidden ? null : await ask()
    try {
      if (figures) show(figures)
    } catch (error) {
      reportError(error) // a mistake of ours: the next second may be drawn all the same
    }
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
  }
}

askForEver()
