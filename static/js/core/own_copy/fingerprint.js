// @ts-check
/**
 * The fingerprint of a file: its size, and the SHA-256 of its first and last 64 KiB. Two files of the same size that
 * differ only in between are taken for the same; a film's index and its last frames differ with its content.
 * `playback/domain/own_copy.py` computes the same for files of the server.
 */

import { sha256 } from "./sha256.js"

const EDGE_BYTES = 64 * 1024

/** @typedef {{size: number, sha256: string}} Fingerprint */

/**
 * Rejects if the file cannot be read, for example because it was moved.
 * @param {Blob} file
 * @returns {Promise<Fingerprint>}
 */
export async function fingerprintOf(file) {
  const { size } = file
  const edges = new Blob([file.slice(0, EDGE_BYTES), file.slice(Math.max(0, size - EDGE_BYTES))])
  return { size, sha256: sha256(new Uint8Array(await edges.arrayBuffer())) }
}
