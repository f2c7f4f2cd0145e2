// @ts-check
/**
 * Translation and formatting of text that scripts show.
 *
 * Django's JavaScript catalogue translates where a page includes it (`makemessages -d djangojs` finds these calls);
 * without it the text is English.
 */

/**
 * @typedef {{gettext: (text: string) => string, ngettext: (one: string, many: string, count: number) =>
 *   string}} Catalogue
 */

const catalogue = () => /** @type {{django?: Catalogue}} */ (globalThis).django

/** @param {string} text */
export function gettext(text) {
  return catalogue()?.gettext(text) ?? text
}

/**
 * @param {string} one
 * @param {string} many
 * @param {number} count
 */
export function ngettext(one, many, count) {
  return catalogue()?.ngettext(one, many, count) ?? (count === 1 ? one : many)
}

/** Titles that Watchium gave itself are in the reader's language, as in `templatetags/titles.py`. @param {string} title */
export function shownTitle(title) {
  const own = /** @type {Record<string, string>} */ ({
    "Demo: a clip to watch together": gettext("Demo: a clip to watch together"),
    "Sample clip": gettext("Sample clip"),
    "Sample music": gettext("Sample music"),
  })
  return Object.hasOwn(own, title) ? own[title] : title
}

/**
 * `interpolate("{name} is here", {name: "Mira"})`
 * @param {string} format
 * @param {Record<string, string | number>} values
 */
export function interpolate(format, values) {
  return format.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole))
}

/**
 * What a system message says, in the reader's language; null if this page does not know its code.
 * @param {import("../../core/protocol.js").Notice} notice
 */
export function noticeText({ code, values = {} }) {
  const sentences = noticeSentences()
  if (!Object.hasOwn(sentences, code)) return null
  const { seconds, rate } = /** @type {Record<string, number>} */ (values)
  const time = seconds === undefined ? "" : code === "seek" ? formatTime(seconds) : formatLength(seconds)
  const title = values.title !== undefined && { title: shownTitle(String(values.title)) }
  return interpolate(sentences[code], { ...values, ...title, time, ...(rate && { rate: formatRate(rate) }) })
}

/** As in `chat/notices.py`. @returns {Record<string, string>} */
const noticeSentences = () => ({
  joined: gettext("{name} joined"),
  left: gettext("{name} left"),
  removed: gettext("{name} was removed"),
  host: gettext("{name} is the host now"),
  no_host: gettext("There is no host right now"),
  title: gettext("This room is called {title} now"),
  evenings_kept: gettext("Evenings are kept now, with reactions"),
  evenings_not_kept: gettext("Evenings are not kept now"),
  chat_on: gettext("The chat is open again"),
  chat_off: gettext("The chat is off now"),
  slow_mode: gettext("Slow mode: one message every {time}"),
  slow_mode_off: gettext("Slow mode is off now"),
  links_on: gettext("Links are allowed now"),
  links_off: gettext("Links are not allowed now"),
  control_everyone: gettext("Everyone can control playback now"),
  control_moderators: gettext("The host and moderators can control playback now"),
  control_host: gettext("Only the host can control playback now"),
  premiere_set: gettext("The time of the premiere is set"),
  premiere_cancelled: gettext("The premiere was cancelled"),
  playing: gettext("Playing: {title}"),
  play: gettext("{name} pressed play"),
  pause: gettext("{name} paused"),
  seek: gettext("{name} jumped to {time}"),
  set_rate: gettext("{name} set the speed to {rate}"),
  poll: gettext("Poll: {question} {answer} has {won} of {votes} votes."),
  poll_without_votes: gettext("Poll: {question} There were no votes."),
})

const MAX_URL_LENGTH = 64
const URL_TAIL = 20

/** Shorten a URL to the width of a phone, keeping its host and its end. @param {string} address */
export function shortenUrl(address) {
  return address.length <= MAX_URL_LENGTH
    ? address
    : `${address.slice(0, MAX_URL_LENGTH - URL_TAIL)}…${address.slice(-URL_TAIL)}`
}

const ROUNDING_S = 0.001 // a stream of a minute is 59.999999 s long

/**
 * 754 is 12:34, 7082 is 1:58:02.
 * @param {number | null | undefined} seconds
 */
export function formatTime(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–:––"
  const whole = Math.max(0, Math.floor(seconds + ROUNDING_S))
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0")
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}

/**
 * A duration without its sign: 3 ms, 420 ms, 1.4 s.
 * @param {number} ms
 */
export function formatMs(ms) {
  const size = Math.abs(ms)
  if (size < 999.5) return `${formatNumber(size)} ms`
  return size < 99_500 ? `${formatNumber(size / 1000, size < 9950 ? 1 : 0)} s` : formatTime(size / 1000)
}

/**
 * The locale for dates: the page's language, as the browser's user writes it, such as en-GB on an English page.
 */
export function dateLocale() {
  const page = pageLanguage()
  const [language] = page.split("-")
  return globalThis.navigator?.languages?.find((name) => name.split("-")[0] === language) ?? page
}

const pageLanguage = () => globalThis.document?.documentElement?.lang || "en"

/** @type {[string, number][]} */
const UNITS = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 0.5],
]

/** A length of time in words, rounded up: 90 seconds, 2 minutes, 3 hours. @param {number} seconds */
export function formatLength(seconds) {
  const whole = Math.max(1, Math.ceil(seconds))
  const [unit, unitS] = UNITS.find(([, each]) => whole >= 2 * each) ?? UNITS[3]
  const format = /** @type {Intl.NumberFormatOptions} */ ({ style: "unit", unit, unitDisplay: "long" })
  return new Intl.NumberFormat(pageLanguage(), format).format(Math.ceil(whole / Math.max(1, unitS)))
}

/** A playback rate: 1.25 in English, 1,25 in German. @param {number} rate */
export const formatRate = (rate) => rate.toLocaleString(pageLanguage(), { maximumFractionDigits: 3 })

/**
 * A number in the page's language: 1.4 in English, 1,4 in German.
 * @param {number} value
 * @param {number} [digits] behind the point
 */
export function formatNumber(value, digits = 0) {
  return value.toLocaleString(pageLanguage(), {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    useGrouping: false,
  })
}

/**
 * A duration with its sign, for a setting: +120 ms, 0 ms.
 * @param {number} ms
 */
export function formatSignedMs(ms) {
  return ms === 0 ? "0 ms" : `${ms > 0 ? "+" : "−"}${formatMs(ms)}`
}

/** @param {import("../../core/media/end_of_data.js").Truncation | null} truncation */
export function truncationMessage(truncation) {
  if (!truncation) return ""
  const format = gettext(
    "The file ends at {end}, although it says it is {length} long. It may be incomplete.",
  )
  return interpolate(format, { end: formatTime(truncation.endS), length: formatTime(truncation.claimedS) })
}

/** For a seek to a position without data. @param {number | null} atS */
export function noDataMessage(atS) {
  return interpolate(gettext("The file has no data at {time}"), { time: formatTime(atS ?? 0) })
}

export function mixedContentMessage() {
  return gettext("Browsers block http media on an https page. Use an https address.")
}
