// @ts-check
/** The staff page: fetches metrics once a second and draws ten minutes of them. */

import { find, setText } from "../page/lib/dom.js"
import { LineChart } from "../page/staff/line_chart.js"
import { showRooms } from "../page/staff/room_table.js"
import { dateLocale, interpolate, gettext, ngettext } from "../page/lib/i18n.js"

const POLL_INTERVAL_MS = 1000
const REQUEST_TIMEOUT_MS = 5000

/** @typedef {import("../page/staff/line_chart.js").Sample} Sample */
/**
 * @typedef {{at_ms: number, since_ms: number | null, span_s: number, pid: number, processes: number,
 *   samples: Sample[], house: import("../page/staff/room_table.js").LiveRooms}} Metrics
 */

const page = /** @type {HTMLElement} */ (document.querySelector("[data-staff]"))
const integer = (/** @type {number} */ value) =>
  Math.round(value).toLocaleString(document.documentElement.lang)
const perSecond = (/** @type {number} */ value) => (value < 9.95 ? value.toFixed(1) : integer(value))
const milliseconds = (/** @type {number} */ value) => `${value < 9.95 ? value.toFixed(1) : integer(value)} ms`
const percent = (/** @type {number} */ value) =>
  `${value > 99 && value < 100 ? value.toFixed(1) : Math.round(value)} %`

const CHARTS = [
  new LineChart(find(page, "plot=sockets"), { name: "sockets", format: integer, minTop: 10 }),
  new LineChart(find(page, "plot=events"), { name: "events", format: perSecond, minTop: 1 }),
  new LineChart(find(page, "plot=latency"), {
    name: "p50_ms",
    second: "p99_ms",
    format: milliseconds,
    minTop: 10,
  }),
  new LineChart(find(page, "plot=in_step"), { name: "in_step", format: percent, top: 100 }),
]

/** @type {Sample[]} */
let samples = []

/** @param {Metrics} metrics */
function show(metrics) {
  const spanMs = metrics.span_s * 1000
  samples = [...samples, ...metrics.samples].filter((sample) => sample.at_ms > metrics.at_ms - spanMs)
  for (const chart of CHARTS) chart.draw(samples, metrics.at_ms, spanMs)
  for (const label of page.querySelectorAll("[data-from]")) setText(label, gettext("10 minutes ago"))
  for (const label of page.querySelectorAll("[data-until]")) setText(label, gettext("now"))
  showTiles(metrics)
  showRooms(page, metrics.house)
  showState("good", describeSource(metrics))
}

/** @param {Metrics} metrics */
function showTiles({ house: rooms }) {
  const last = samples.at(-1)
  const tile = (
    /** @type {string} */ name,
    /** @type {number | null | undefined} */ value,
    /** @type {(value: number) => string} */ format,
  ) => setText(find(page, `tile=${name}`), typeof value === "number" ? format(value) : "–")
  tile("rooms_live", rooms.rooms_live, integer)
  tile("people", rooms.people, integer)
  tile("deliveries", last?.deliveries, perSecond)
  tile("refused", last?.refused, perSecond)
  tile("lag_ms", last?.lag_ms, milliseconds)
}

/** The number of processes, and since when the process that responded has samples. @param {Metrics} metrics */
function describeSource({ processes, since_ms: sinceMs, pid }) {
  const count = interpolate(ngettext("{count} process", "{count} processes", processes), { count: processes })
  if (sinceMs === null) return count
  const since = new Date(sinceMs).toLocaleTimeString(dateLocale(), { hour: "2-digit", minute: "2-digit" })
  const format =
    processes > 1
      ? gettext("{many} on this machine, summed up by process {pid}; history since {since}")
      : gettext("{many}, number {pid}; history since {since}")
  return interpolate(format, { many: count, pid, since })
}

/** @param {string} state @param {string} text */
function showState(state, text) {
  page.querySelector(".staff-state")?.setAttribute("data-state", state)
  setText(find(page, "state-words"), text)
}

/** @returns {Promise<Metrics | null>} null after a failure, which is shown */
async function fetchMetrics() {
  const address = new URL(page.dataset.figuresUrl ?? "", location.href)
  address.searchParams.set("since", String(samples.at(-1)?.at_ms ?? 0))
  try {
    const response = await fetch(address, {
      signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
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
async function pollForever() {
  for (;;) {
    const metrics = document.hidden ? null : await fetchMetrics()
    try {
      if (metrics) show(metrics)
    } catch (error) {
      reportError(error) // a bug in the drawing must not end the polling
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS))
  }
}

pollForever()
