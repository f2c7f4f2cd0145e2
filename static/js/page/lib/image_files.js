// @ts-check
/** Images that the user sends: made small in the browser, so that little is uploaded. */

const QUALITY = 0.85

/**
 * As WebP, or what the browser can make, upright and without what cameras write into their files.
 * @param {Blob} file @param {number} mostSidePx the server makes larger ones smaller
 * @returns {Promise<Blob>} rejects if it is no image
 */
export async function smallImage(file, mostSidePx) {
  const bitmap = await createImageBitmap(file)
  const scale = Math.min(1, mostSidePx / Math.max(bitmap.width, bitmap.height))
  const canvas = document.createElement("canvas")
  canvas.width = Math.max(1, Math.round(bitmap.width * scale))
  canvas.height = Math.max(1, Math.round(bitmap.height * scale))
  canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  const made = await new Promise((done) => canvas.toBlob(done, "image/webp", QUALITY))
  if (!made) throw new Error("the image cannot be encoded")
  return /** @type {Blob} */ (made)
}

/** @param {Blob} blob @returns {Promise<string>} */
export function dataUrl(blob) {
  return new Promise((done, failed) => {
    const reader = new FileReader()
    reader.onload = () => done(String(reader.result))
    reader.onerror = failed
    reader.readAsDataURL(blob)
  })
}

/** @param {Blob} blob */
export async function base64Of(blob) {
  return (await dataUrl(blob)).split(",")[1]
}
