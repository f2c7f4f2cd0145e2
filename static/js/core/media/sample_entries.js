// @ts-check
/** The codecs of the tracks of an MP4 file, as its sample descriptions name them. Pure. */

const BOX = [0x73, 0x74, 0x73, 0x64] // "stsd"
const TO_CODEC = 16 // from the box's name: version, number of entries, size of the first one
const CODEC_CHARS = 4
const CODEC = /^[a-z0-9][a-z0-9 .-]{3}$/i

/**
 * The first codec of each track whose description is within these bytes, such as "hvc1" and "mp4a".
 * @param {Uint8Array} bytes of any part of the file
 * @returns {string[]}
 */
export function sampleEntries(bytes) {
  const found = []
  for (let at = bytes.indexOf(BOX[0]); at >= 0; at = bytes.indexOf(BOX[0], at + 1)) {
    if (!BOX.every((byte, i) => bytes[at + i] === byte)) continue
    const name = String.fromCharCode(...bytes.subarray(at + TO_CODEC, at + TO_CODEC + CODEC_CHARS))
    if (CODEC.test(name)) found.push(name)
  }
  return found
}
