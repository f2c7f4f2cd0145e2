// @ts-check
/** Which of several tracks a viewer gets, and in which language. */

/**
 * @typedef {object} Track
 * @property {string} id
 * @property {string} language as the file says it, possibly empty
 * @property {string} [label] what the file says about itself
 * @property {boolean} [forced] only translates what is foreign in the film
 * @property {boolean} [isDefault]
 * @property {boolean} [hearing] for the hard of hearing
 * @property {string | null} [why] why it cannot be shown; null if it can
 */

/** `ger`, `deu` and `DE` are `de`; empty if the text is no language. @param {string} language */
export function canonicalLanguage(language) {
  try {
    const [canonical = ""] = Intl.getCanonicalLocales(language.replaceAll("_", "-"))
    return canonical === "und" ? "" : canonical
  } catch {
    return ""
  }
}

/** The language without region and script. @param {string} language */
export function baseLanguage(language) {
  return canonicalLanguage(language).split("-")[0]
}

/**
 * The track in the best language: the remembered one, then those that the browser asks for, then what the file does not
 * name. Captions in a language that is none of these help no reader, so then it is what the file marks as default.
 * @template {Track} T
 * @param {T[]} tracks
 * @param {string[]} languages the most wanted first
 * @returns {T | null}
 */
export function chooseTrack(tracks, languages) {
  const showable = tracks.filter(({ why }) => !why)
  for (const wanted of languages.filter(Boolean)) {
    const found =
      best(showable.filter(({ language }) => canonicalLanguage(language) === canonicalLanguage(wanted))) ??
      best(showable.filter(({ language }) => baseLanguage(language) === baseLanguage(wanted)))
    if (found) return found
  }
  return best(showable.filter(({ language }) => !canonicalLanguage(language))) ?? best(showable)
}

/** Whole captions before those of foreign parts only. @template {Track} T @param {T[]} tracks @returns {T | null} */
function best(tracks) {
  const whole = tracks.filter(({ forced }) => !forced)
  return whole.find(({ isDefault }) => isDefault) ?? whole[0] ?? tracks[0] ?? null
}

/**
 * The language in a file's name: `film.en.srt` is `en`. Empty if the part before the extension is no language.
 * @param {string} name
 */
export function languageOfName(name) {
  const tag = /\.([A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?)(?:\.(?:forced|sdh|hi|cc|default))*\.[A-Za-z]+$/.exec(
    name,
  )?.[1]
  const language = canonicalLanguage(tag ?? "")
  return language && isKnown(baseLanguage(language)) ? language : ""
}

/** @param {string} language */
function isKnown(language) {
  const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" })
  return names.of(language) !== undefined
}
