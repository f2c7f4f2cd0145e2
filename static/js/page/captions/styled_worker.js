// @ts-check
/**
 * The worker that draws captions with styles: jassub's own, which is given in the address. Where it draws each sign and
 * letter by itself, with WebGL or on a canvas, here all of a frame become one picture first. That takes the same few
 * milliseconds with and without a graphics card; WebGL in software took more than a frame of the film.
 */

import { Picture } from "../../core/captions/picture.js"

/** @type {MessageEvent[]} that came while it was loaded */
const early = []
const keep = (/** @type {MessageEvent} */ event) => void early.push(event)

addEventListener("message", keep)
try {
  const { Canvas2DRenderer } = await import(String(new URL(location.href).searchParams.get("renderer")))
  Object.assign(Canvas2DRenderer.prototype, { setCanvas, render })
  withoutWebGL()
  removeEventListener("message", keep)
  for (const event of early) dispatchEvent(event)
} catch (error) {
  reportError(error) // the page shows the captions as text
}

/** jassub takes its own canvas then. */
function withoutWebGL() {
  const canvas = /** @type {any} */ (OffscreenCanvas.prototype)
  const { getContext } = canvas
  canvas.getContext = function (/** @type {string} */ kind, /** @type {object} */ options) {
    return kind === "2d" ? getContext.call(this, kind, options) : null
  }
}

/** @this {any} @param {OffscreenCanvas} canvas */
function setCanvas(canvas) {
  this.canvas = canvas
  this.ctx = canvas.getContext("2d", { willReadFrequently: true }) // in memory, where the picture is
}

/** @this {any} @param {import("../../core/captions/picture.js").Mask[]} masks @param {Uint8Array} heap */
function render(masks, heap) {
  const { width, height } = this._scheduledResize ?? this.canvas
  if (this.picture?.width !== width || this.picture.height !== height) {
    Object.assign(this.canvas, { width, height })
    this.picture = new Picture(width, height)
    this.image = new ImageData(this.picture.bytes, width, height)
  }
  this._scheduledResize = undefined
  const box = this.picture.draw(masks, heap, this.colorMatrix)
  if (!box) return
  const { left, top, right, bottom } = box
  this.ctx.putImageData(this.image, 0, 0, left, top, right - left, bottom - top)
}
