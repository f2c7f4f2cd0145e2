// @ts-check
/** Reads which codecs an MP4 file names. */

import { sampleEntries } from "../../core/media/sample_entries.js"

const WAIT_MS = 2500
const RANGES = ["bytes=0-262143", "bytes=-262144"] // the description is at the beginning of a file or at its end
const PARTIAL = 206

/**
 * Empty for other files, and where the server does not let pages of other sites read it.
 * @param {string} url
 * @returns {Promise<string[]>}
 */
export async function codecsInFile(url) {
  for (const range of RANGES) {
    const found = sampleEntries(await bytesOf(url, range))
    if (found.length) return found
  }
  return []
}

/** @param {string} url @param {string} range */
async function bytesOf(url, range) {
  try {
    const response = await fetch(url, { headers: { Range: range }, signal: AbortSignal.timeout(WAIT_MS) })
    if (response.status === PARTIAL) return new Uint8Array(await response.arrayBuffer())
    void response.body?.cancel() // the whole file
  } catch {
    // no permission, or no such file
  }
  return new Uint8Array()
}
