// @ts-check
/** What a browser does not play from the viewer's own disk, although it plays the same file from a server. */

import { playsWithGStreamer } from "./gstreamer.js"

const BUFFER_BYTES = 2 ** 21
const BY_INDEX = /mp4|m4a|m4v|quicktime|\.mov$|matroska|\.mk[av]$/

/**
 * Whether WebKitGTK breaks off in this file. GStreamer reads local files through a ring buffer of 2 MiB, which returns
 * other bytes when a player goes back and forth, as it does in files with an index.
 * @param {{name: string, type: string, size: number}} file
 * @param {string} [userAgent]
 */
export function breaksOffHere({ name, type, size }, userAgent = navigator.userAgent) {
  return (
    playsWithGStreamer(userAgent) && size > BUFFER_BYTES && BY_INDEX.test(`${type} ${name}`.toLowerCase())
  )
}
