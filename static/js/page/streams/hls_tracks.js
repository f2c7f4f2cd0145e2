// @ts-check
/** The levels and audio tracks of hls.js as choices, whose ids are their indexes there. */

import {
  distinctQualities,
  preferredQuality,
  preferredTrack,
  SOUND_ONLY,
} from "../../core/media/track_choice.js"
import { loadItem, saveItem } from "../lib/storage.js"

const LANGUAGE_KEY = "audio-language"
const QUALITY_KEY = "quality"

/** @typedef {{height?: number, bitrate?: number}} Level */
/** @typedef {{name?: string, lang?: string, default?: boolean, forced?: boolean, url?: string}} Rendition */

/** @param {Level[]} levels */
export function qualitiesOf(levels) {
  return distinctQualities(levels.map(({ height = 0, bitrate = 0 }, id) => ({ id, height, bitrate })))
}

/**
 * @param {Rendition[]} renditions
 * @returns {import("../../core/media/track_choice.js").AudioTrack[]}
 */
export function audioTracksOf(renditions) {
  return renditions.map(({ name = "", lang = "", default: isDefault = false }, id) => ({
    id,
    name,
    language: lang,
    isDefault,
  }))
}

/**
 * Each list once, in whichever groups it is.
 * @param {Rendition[]} renditions
 * @returns {import("../media/media_element.js").CaptionRendition[]}
 */
export function captionTracksOf(renditions) {
  const once = renditions.filter(({ url }, at) => renditions.findIndex((other) => other.url === url) === at)
  return once.flatMap(({ name = "", lang = "", default: isDefault = false, forced = false, url }, id) =>
    url ? [{ id, name, language: lang, isDefault, forced, url }] : [],
  )
}

/**
 * The renditions of sound that can be played without a picture: those with lists of their own, of one group.
 * @param {{levels: {videoCodec?: string, height?: number}[], allAudioTracks: {url?: string, groupId?: string}[]}} hls
 */
export function separateSound({ levels, allAudioTracks }) {
  if (!levels.some(({ videoCodec, height }) => videoCodec || height)) return []
  const [first] = allAudioTracks
  return allAudioTracks.every(({ url }) => url)
    ? allAudioTracks.filter(({ groupId }) => groupId === first.groupId)
    : []
}

/** The tracks and qualities of an HLS stream, with what the viewer chose for other media. */
export class TrackChoices {
  /** @type {import("../../core/media/track_choice.js").AudioTrack[]} */
  audioTracks = []
  /** @type {import("../../core/media/track_choice.js").Quality[]} */
  qualities = []
  /** @type {number | null} */
  quality = null
  /** Whether no picture is loaded; null if the media cannot do without it. @type {boolean | null} */
  soundOnly = null
  /** The list of the sound that plays alone. @type {number | null} */
  sound = null
  /** @type {any} hls.js; null while the browser's own player plays */
  hls = null
  /** @type {ReturnType<typeof captionTracksOf> | null} */
  captions = null

  /** @param {import("../media/media_element.js").SourceCallbacks} callbacks */
  constructor(callbacks) {
    this.callbacks = callbacks
    this.wantsSound = Boolean(callbacks.reopen) && loadItem(QUALITY_KEY, null) === SOUND_ONLY
  }

  #changed() {
    this.callbacks.changed(/** @type {any} */ (this))
  }

  /** Returns whether hls.js still has to start loading: it waits if the viewer wants no picture. */
  manifestParsed() {
    if (this.soundOnly) return false
    const sounds = this.callbacks.reopen ? separateSound(this.hls) : []
    if (sounds.length) this.soundOnly = this.wantsSound
    this.levelsChanged()
    if (this.soundOnly) this.#playSound(sounds)
    else this.#preferQuality()
    return this.wantsSound && !this.soundOnly
  }

  #preferQuality() {
    const wanted = preferredQuality(this.qualities, loadItem(QUALITY_KEY, null))
    if (wanted) this.hls.nextLevel = this.quality = wanted.id
  }

  /** Sound without a picture is a list of its own, opened in place of the one that names it. @param {any[]} sounds */
  #playSound(sounds) {
    this.captions = captionTracksOf(this.hls.allSubtitleTracks)
    this.audioTracks = audioTracksOf(sounds)
    this.sound = preferredTrack(this.audioTracks, loadItem(LANGUAGE_KEY, ""))?.id ?? 0
    this.hls.config.autoStartLoad = true
    this.hls.loadSource(sounds[this.sound].url)
    this.#changed()
  }

  levelsChanged() {
    if (this.sound !== null) return
    this.qualities = qualitiesOf(this.hls.levels)
    this.#changed()
  }

  audioTracksUpdated() {
    if (this.sound !== null) return
    this.audioTracks = audioTracksOf(this.hls.audioTracks)
    const wanted = preferredTrack(this.audioTracks, loadItem(LANGUAGE_KEY, ""))
    if (wanted && wanted.id !== this.hls.audioTrack) this.hls.audioTrack = wanted.id
    this.#changed()
  }

  get captionTracks() {
    return this.captions ?? captionTracksOf(this.hls?.allSubtitleTracks ?? [])
  }

  get audioTrack() {
    return this.sound ?? this.hls?.audioTrack ?? -1
  }

  /** The language is remembered for other media. @param {number} id */
  setAudioTrack(id) {
    if (!this.audioTracks[id] || !this.hls) return
    saveItem(LANGUAGE_KEY, this.audioTracks[id].language)
    if (this.soundOnly) return void (id === this.sound || this.callbacks.reopen?.())
    this.hls.audioTrack = id
    this.#changed()
  }

  /** Remembered for other media, as the height. @param {number | null} id null: chosen by the line's speed */
  setQuality(id) {
    if (!this.hls) return
    saveItem(QUALITY_KEY, this.qualities.find((quality) => quality.id === id)?.height ?? null)
    if (this.soundOnly) return this.callbacks.reopen?.()
    this.quality = id
    this.hls.nextLevel = id ?? -1
    this.#changed()
  }

  /** From the next opening on, which is now. */
  playSoundOnly() {
    if (this.soundOnly !== false || !this.hls) return
    saveItem(QUALITY_KEY, SOUND_ONLY)
    this.callbacks.reopen?.()
  }
}
