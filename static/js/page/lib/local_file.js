// @ts-check
/** A file on this device: chosen by the person, read for its fingerprint and its duration, never sent. */

import { fingerprintOf } from "../../core/own_copy/fingerprint.js"
import { gettext } from "./i18n.js"

const METADATA_MS = 10_000
const TYPES = "video/*,audio/*,.mkv,.mka,.m4v,.webm,.opus,.flac"

/**
 * `duration`: null if the browser does not know it. `opens`: false if the browser cannot play the file.
 * @typedef {{file: File, url: string, size: number, sha256: string, duration: number | null, kind: "video" | "audio",
 *   opens: boolean}} LocalFile
 */

/**
 * Let the person choose a file; null if they do not. To be called within a gesture.
 * @returns {Promise<File | null>}
 */
export function pickFile() {
  const input = Object.assign(document.createElement("input"), { type: "file", accept: TYPES, hidden: true })
  input.dataset.fileInput = ""
  document.querySelectorAll("[data-file-input]").forEach((earlier) => earlier.remove())
  // In the page, so that the choice survives in browsers that forget a detached input.
  ;(document.querySelector("dialog[open]") ?? document.body).append(input)
  return new Promise((resolve) => {
    const done = () => {
      input.remove()
      resolve(input.files?.[0] ?? null)
    }
    input.addEventListener("change", done)
    input.addEventListener("cancel", done)
    input.click()
  })
}

/**
 * @param {File} file
 * @returns {Promise<import("../../core/own_copy/fingerprint.js").Fingerprint>} rejects with a message for the person
 */
export async function readFingerprint(file) {
  if (!file.size) throw new Error(gettext("This file is empty."))
  return fingerprintOf(file).catch(() => {
    throw new Error(gettext("This file could not be read. Was it moved?"))
  })
}

/**
 * Read what identifies the file. Its object URL is to be revoked with `release`.
 * @param {File} file
 * @returns {Promise<LocalFile>} rejects with a message for the person
 */
export async function readLocalFile(file) {
  const fingerprint = await readFingerprint(file)
  const url = URL.createObjectURL(file)
  const { duration, opens } = await metadataOf(url)
  return {
    file,
    url,
    ...fingerprint,
    duration,
    opens,
    kind: file.type.startsWith("audio/") ? "audio" : "video",
  }
}

/** @param {LocalFile} local */
export function release(local) {
  URL.revokeObjectURL(local.url)
}

/**
 * @param {string} url
 * @returns {Promise<{duration: number | null, opens: boolean}>}
 */
async function metadataOf(url) {
  const probe = Object.assign(document.createElement("video"), { preload: "metadata", muted: true, src: url })
  const opens = await new Promise((resolve) => {
    probe.addEventListener("loadedmetadata", () => resolve(true))
    probe.addEventListener("error", () => resolve(false))
    setTimeout(() => resolve(false), METADATA_MS)
  })
  const { duration } = probe
  probe.removeAttribute("src")
  probe.load()
  return { duration: Number.isFinite(duration) ? duration : null, opens }
}
