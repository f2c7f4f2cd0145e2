// @ts-check
/** Reads which codecs an MP4 or Matroska file names. */

import { matroskaCodecs, sampleEntries } from "../../core/media/sample_entries.js"

const WAIT_MS = 2500
const READ_BYTES = 2 ** 18
const RANGES = [`bytes=0-${READ_BYTES - 1}`, `bytes=-${READ_BYTES}`] // an MP4 is described at its beginning or its end
const PARTIAL = 206

/**
 * Empty for other files, and where the server does not let pages of other sites read it.
 * @param {string} url
 * @returns {Promise<string[]>}
 */
export async function codecsInFile(url) {
  for (const range of RANGES) {
    const found = codecsIn(await bytesOf(url, range))
    if (found.length) return found
  }
  return []
}

/** @param {Uint8Array} bytes */
function codecsIn(bytes) {
  const found = sampleEntries(bytes)
  return found.length ? found : matroskaCodecs(bytes)
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
