// @ts-check
/**
 * The picture of all styled captions of one frame: libass draws each as masks of one colour, which are laid over each
 * other here. Colours are not multiplied by their opacity, as in `ImageData`.
 */

/**
 * @typedef {{bitmap: number, stride: number, w: number, h: number, dst_x: number, dst_y: number, color: number}} Mask
 *   of libass: `bitmap` is where its bytes begin, one for each pixel; `color` is red, green, blue and transparency
 */
/** @typedef {{left: number, top: number, right: number, bottom: number}} Box `right` and `bottom` are just outside */

const OPAQUE = 255

export class Picture {
  /** Where something was drawn. @type {Box[]} */
  #drawn = []

  /** @param {number} width @param {number} height */
  constructor(width, height) {
    this.width = width
    this.height = height
    this.bytes = new Uint8ClampedArray(width * height * 4)
    this.pixels = new Uint32Array(this.bytes.buffer) // alpha, blue, green, red, the highest byte first
  }

  /**
   * Replace what was drawn before.
   * @param {Mask[]} masks the lowest first
   * @param {Uint8Array} heap that they are in
   * @param {ArrayLike<number>} [matrix] of colours (`colorThrough`), if the video has others than the captions
   * @returns {Box | null} what has changed since the last picture
   */
  draw(masks, heap, matrix) {
    const before = this.#drawn
    for (const box of before) this.#clear(box)
    this.#drawn = []
    for (const mask of masks) {
      const box = this.#boxOf(mask)
      const opacity = OPAQUE - (mask.color & 0xff)
      if (box.left >= box.right || box.top >= box.bottom || !opacity) continue
      const rgb = matrix ? colorThrough(matrix, mask.color >>> 8) : mask.color >>> 8
      this.#lay(mask, box, heap, rgb, opacity)
      this.#drawn.push(box)
    }
    return union([...before, ...this.#drawn])
  }

  /** @param {Mask} mask @returns {Box} */
  #boxOf({ dst_x: x, dst_y: y, w, h }) {
    return {
      left: Math.max(x, 0),
      top: Math.max(y, 0),
      right: Math.min(x + w, this.width),
      bottom: Math.min(y + h, this.height),
    }
  }

  /** @param {Box} box */
  #clear({ left, top, right, bottom }) {
    for (let row = top * this.width; row < bottom * this.width; row += this.width)
      this.pixels.fill(0, row + left, row + right)
  }

  /** @param {Mask} mask @param {Box} box @param {Uint8Array} heap @param {number} rgb @param {number} opacity */
  #lay(mask, { left, top, right, bottom }, heap, rgb, opacity) {
    const [red, green, blue] = [(rgb >>> 16) & 0xff, (rgb >>> 8) & 0xff, rgb & 0xff]
    const bgr = (blue << 16) | (green << 8) | red
    const { pixels, width } = this
    for (let y = top; y < bottom; y++) {
      let from = mask.bitmap + (y - mask.dst_y) * mask.stride + left - mask.dst_x
      for (let to = y * width + left; to < y * width + right; to++) {
        const cover = heap[from++]
        if (cover === 0) continue
        const alpha = divideBy255(cover * opacity)
        if (alpha === 0) continue
        const under = pixels[to]
        if (alpha === OPAQUE || under === 0) pixels[to] = (alpha << 24) | bgr
        else if (under >>> 24 === OPAQUE) pixels[to] = overOpaque(under, red, green, blue, alpha)
        else pixels[to] = over(under, red, green, blue, alpha)
      }
    }
  }
}

/**
 * @param {ArrayLike<number>} matrix 3 by 3, a column after the other
 * @param {number} rgb
 */
export function colorThrough(matrix, rgb) {
  const [red, green, blue] = [(rgb >>> 16) & 0xff, (rgb >>> 8) & 0xff, rgb & 0xff]
  const [r, g, b] = [0, 1, 2].map((row) => {
    const value = matrix[row] * red + matrix[row + 3] * green + matrix[row + 6] * blue
    return Math.min(Math.max(Math.round(value), 0), 0xff)
  })
  return (r << 16) | (g << 8) | b
}

/** Rounded. @param {number} product of two bytes */
function divideBy255(product) {
  return ((product + 128) * 257) >>> 16
}

/** @param {number} under @param {number} red @param {number} green @param {number} blue @param {number} alpha */
function overOpaque(under, red, green, blue, alpha) {
  const rest = OPAQUE - alpha
  const r = divideBy255(red * alpha + (under & 0xff) * rest)
  const g = divideBy255(green * alpha + ((under >>> 8) & 0xff) * rest)
  const b = divideBy255(blue * alpha + ((under >>> 16) & 0xff) * rest)
  return (OPAQUE << 24) | (b << 16) | (g << 8) | r
}

/** @param {number} under @param {number} red @param {number} green @param {number} blue @param {number} alpha */
function over(under, red, green, blue, alpha) {
  const mine = alpha * OPAQUE
  const all = mine + (under >>> 24) * (OPAQUE - alpha) // the opacity of both, times 255
  const share = mine / all
  const [r0, g0, b0] = [under & 0xff, (under >>> 8) & 0xff, (under >>> 16) & 0xff]
  const r = r0 + (red - r0) * share + 0.5
  const g = g0 + (green - g0) * share + 0.5
  const b = b0 + (blue - b0) * share + 0.5
  return (divideBy255(all) << 24) | (b << 16) | (g << 8) | r
}

/** @param {Box[]} boxes @returns {Box | null} the smallest that contains all of them */
function union([first, ...others]) {
  if (!first) return null
  const all = { ...first }
  for (const { left, top, right, bottom } of others) {
    all.left = Math.min(all.left, left)
    all.top = Math.min(all.top, top)
    all.right = Math.max(all.right, right)
    all.bottom = Math.max(all.bottom, bottom)
  }
  return all
}
