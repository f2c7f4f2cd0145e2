import assert from "node:assert/strict"
import { test } from "node:test"
import { colorThrough, Picture } from "../../../static/js/core/captions/picture.js"
import { each } from "../random.js"

const [WIDTH, HEIGHT] = [12, 9]

/** Masks of random places, colours and covers, in one heap; some reach beyond the picture. */
function drawMasks(random) {
  const masks = []
  const heap = new Uint8Array(4000)
  let end = random.int(0, 5)
  for (let n = random.int(0, 6); n > 0; n--) {
    const [w, h] = [random.int(0, 10), random.int(0, 10)]
    const stride = w + random.int(0, 3)
    const color = random.int(0, 0xffffff) * 256 + random.pick([0, 0, 255, random.int(0, 255)])
    const place = { dst_x: random.int(-5, WIDTH), dst_y: random.int(-5, HEIGHT) }
    masks.push({ bitmap: end, stride, w, h, color, ...place })
    for (let i = 0; i < stride * h; i++) heap[end + i] = random.pick([0, 255, random.int(0, 255)])
    end += stride * h
  }
  return { masks, heap }
}

/** The same with fractions, pixel by pixel: red, green, blue times opacity, and opacity. */
function exactAt(x, y, { masks, heap }) {
  let pixel = [0, 0, 0, 0]
  for (const { bitmap, stride, w, h, dst_x, dst_y, color } of masks) {
    const [column, row] = [x - dst_x, y - dst_y]
    if (column < 0 || row < 0 || column >= w || row >= h) continue
    const alpha = (heap[bitmap + row * stride + column] / 255) * (1 - (color & 255) / 255)
    const mine = [(color >>> 24) & 255, (color >>> 16) & 255, (color >>> 8) & 255, 1]
    pixel = pixel.map((under, i) => mine[i] * alpha + under * (1 - alpha))
  }
  return pixel
}

test("each picture is what its masks are over each other, whatever was drawn before", () =>
  each(200, (random) => {
    const picture = new Picture(WIDTH, HEIGHT)
    picture.draw(drawMasks(random).masks, new Uint8Array(4000).fill(random.int(0, 255)))
    const wanted = drawMasks(random)
    picture.draw(wanted.masks, wanted.heap)
    for (let y = 0; y < HEIGHT; y++)
      for (let x = 0; x < WIDTH; x++) {
        const at = 4 * (y * WIDTH + x)
        const [r, g, b, a] = picture.bytes.subarray(at, at + 4)
        const drawn = [r, g, b].map((value) => (value * a) / 255)
        const exact = exactAt(x, y, wanted)
        assert.ok(Math.abs(a / 255 - exact[3]) < 0.02, `opacity at ${x},${y}`)
        drawn.forEach((value, i) => assert.ok(Math.abs(value - exact[i]) < 5, `${drawn} for ${exact}`))
      }
  }))

test("what has changed is the smallest box around the pictures before and now", () => {
  const picture = new Picture(10, 10)
  const heap = new Uint8Array(4).fill(255)
  const sign = { bitmap: 0, stride: 2, w: 2, h: 2, color: 0xff000000 }
  assert.equal(picture.draw([], heap), null)
  assert.deepEqual(picture.draw([{ ...sign, dst_x: 1, dst_y: 1 }], heap), {
    left: 1,
    top: 1,
    right: 3,
    bottom: 3,
  })
  assert.deepEqual(picture.draw([{ ...sign, dst_x: 9, dst_y: 4 }], heap), {
    left: 1,
    top: 1,
    right: 10,
    bottom: 6,
  })
  assert.deepEqual(picture.draw([], heap), { left: 9, top: 4, right: 10, bottom: 6 })
  assert.equal(picture.draw([{ ...sign, dst_x: 1, dst_y: 1, color: 0xff0000ff }], heap), null) // not to be seen
  assert.ok(picture.pixels.every((pixel) => pixel === 0))
})

test("colours go through the matrix of the video", () => {
  const same = [1, 0, 0, 0, 1, 0, 0, 0, 1]
  assert.equal(colorThrough(same, 0x123456), 0x123456)
  const turned = [0, 1, 0, 0, 0, 2, -1, 0, 0] // red becomes green, green twice its blue, blue nothing
  assert.equal(colorThrough(turned, 0x40a010), 0x0040ff)
  const picture = new Picture(1, 1)
  const mask = { bitmap: 0, stride: 1, w: 1, h: 1, dst_x: 0, dst_y: 0, color: 0x40a01000 }
  picture.draw([mask], new Uint8Array([255]), turned)
  assert.deepEqual([...picture.bytes], [0x00, 0x40, 0xff, 0xff])
})
