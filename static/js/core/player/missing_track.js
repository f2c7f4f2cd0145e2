// @ts-check
/**
 * Whether a film plays without its sound, or without its picture. Pure.
 *
 * A browser that does not know the format of one of the two plays the other and says nothing. A film that has
 * no sound looks the same from here.
 */

const PLAYED_S = 2 // by then something of each was decoded

/**
 * @param {{isFilm: boolean, playedS: number, audioBytes: number | undefined, hasAudio: boolean | undefined,
 *   pictureWidth: number}} seen
 * `audioBytes` in Chromium and WebKit, `hasAudio` in Firefox
 * @returns {"sound" | "picture" | null}
 */
export function missingTrack({ isFilm, playedS, audioBytes, hasAudio, pictureWidth }) {
  if (!isFilm || playedS < PLAYED_S) return null
  if (audioBytes === 0 || hasAudio === false) return "sound"
  return pictureWidth === 0 ? "picture" : null
}
