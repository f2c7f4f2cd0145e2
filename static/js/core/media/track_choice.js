// @ts-check
/** Audio languages and qualities: which track to play first, and what a list of choices shows. */

/**
 * `language` is as the media call it: a tag such as "ja" or "en-US", a code of three letters, or nothing.
 * @typedef {{id: number, name: string, language: string, isDefault: boolean}} AudioTrack
 */
/** @typedef {{id: number, height: number, bitrate: number}} Quality */

/** Codes of ISO 639-2 for languages with a shorter code: media use both. */
const SHORT = /** @type {Record<string, string>} */ ({
  ...{ ara: "ar", bul: "bg", cat: "ca", ces: "cs", cze: "cs", chi: "zh", zho: "zh", dan: "da", ger: "de" },
  ...{ deu: "de", gre: "el", ell: "el", eng: "en", spa: "es", est: "et", fin: "fi", fre: "fr", fra: "fr" },
  ...{ heb: "he", hin: "hi", hrv: "hr", hun: "hu", ind: "id", ita: "it", jpn: "ja", kor: "ko", lit: "lt" },
  ...{ lav: "lv", may: "ms", msa: "ms", dut: "nl", nld: "nl", nor: "no", pol: "pl", por: "pt", rum: "ro" },
  ...{ ron: "ro", rus: "ru", slo: "sk", slk: "sk", slv: "sl", srp: "sr", swe: "sv", tam: "ta", tel: "te" },
  ...{ tha: "th", tur: "tr", ukr: "uk", vie: "vi" },
})
const UNKNOWN = new Set(["", "und", "mis", "mul", "zxx", "qaa"])

/** The language without region, in the form that browsers know; empty if it is not known. @param {string} tag */
export function languageCode(tag) {
  const code = tag.trim().toLowerCase().split(/[-_]/, 1)[0]
  return UNKNOWN.has(code) ? "" : (SHORT[code] ?? code)
}

/**
 * The track in the language that the viewer chose last; otherwise the one that the media prefer.
 * @param {AudioTrack[]} tracks
 * @param {string} wanted a language, or nothing
 * @returns {AudioTrack | null}
 */
export function preferredTrack(tracks, wanted) {
  const code = languageCode(wanted)
  const inLanguage = code ? tracks.filter((track) => languageCode(track.language) === code) : []
  const exact = inLanguage.find(({ language }) => language.toLowerCase() === wanted.toLowerCase())
  const among = inLanguage.length ? inLanguage : tracks
  return exact ?? among.find(({ isDefault }) => isDefault) ?? among[0] ?? null
}

/**
 * What to call a track: its language in the viewer's, with its own name if that says more. Two tracks never have the
 * same label.
 * @param {AudioTrack[]} tracks
 * @param {(code: string) => string | undefined} languageName
 * @returns {{id: number, label: string}[]}
 */
export function audioLabels(tracks, languageName) {
  const labels = tracks.map((track, index) => audioLabel(track, index, languageName))
  return tracks.map(({ id }, index) => {
    const isRepeated = labels.some((label, other) => other !== index && label === labels[index])
    return { id, label: isRepeated ? `${labels[index]} (${index + 1})` : labels[index] }
  })
}

/** @param {AudioTrack} track @param {number} index @param {(code: string) => string | undefined} languageName */
function audioLabel({ name, language }, index, languageName) {
  const code = languageCode(language)
  const inWords = (code && languageName(code)) || ""
  const says = name.trim()
  const isJustTheLanguage = [code, language.toLowerCase(), inWords.toLowerCase()].includes(says.toLowerCase())
  if (!inWords) return says || `${index + 1}`
  return says && !isJustTheLanguage ? `${inWords} · ${says}` : inWords
}

/**
 * One entry for each height, the best of those with the same, from the highest.
 * @param {Quality[]} levels
 * @returns {Quality[]}
 */
export function distinctQualities(levels) {
  const best = new Map()
  for (const level of levels) {
    const key = level.height || level.bitrate
    if (!best.has(key) || best.get(key).bitrate < level.bitrate) best.set(key, level)
  }
  return [...best.values()].sort((a, b) => b.height - a.height || b.bitrate - a.bitrate)
}

/** What a viewer chose before: the height of a picture, "sound" for no picture, or null for automatic. */
export const SOUND_ONLY = "sound"

/**
 * The quality nearest to the height that was chosen for other media, rather lower than higher; null for automatic.
 * @param {Quality[]} qualities from the highest
 * @param {unknown} wanted as it was stored
 * @returns {Quality | null}
 */
export function preferredQuality(qualities, wanted) {
  if (typeof wanted !== "number" || qualities.length < 2) return null
  return qualities.find(({ height }) => height <= wanted) ?? qualities[qualities.length - 1]
}

/** @param {Quality} quality */
export function qualityLabel({ height, bitrate }) {
  return height ? `${height}p` : `${Math.max(1, Math.round(bitrate / 1000))} kbit/s`
}
