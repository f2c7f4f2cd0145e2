// @ts-check

/** Whether this is WebKit on Linux, which plays with GStreamer and has its limits. @param {string} userAgent */
export function playsWithGStreamer(userAgent) {
  return /Linux/.test(userAgent) && /AppleWebKit/.test(userAgent) && !/Chrom|Android/.test(userAgent)
}
