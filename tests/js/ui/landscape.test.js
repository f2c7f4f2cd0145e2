import assert from "node:assert/strict"
import { test } from "node:test"
import { seeded } from "../../../static/js/page/ui/artwork.js"
import { design } from "../../../static/js/page/ui/landscape.js"

const designs = Array.from({ length: 2000 }, (_, i) => design(seeded(`cover:room-${i}`)))

test("a cover is always the same, and covers rarely look alike", () => {
  assert.deepEqual(design(seeded("cover:room-7")), designs[7])
  const counts = new Map()
  for (const { scene, colours } of designs) {
    const look = [scene, ...colours].join()
    counts.set(look, (counts.get(look) ?? 0) + 1)
  }
  assert.equal(counts.size, 144)
  assert.ok(Math.max(...counts.values()) < 0.02 * designs.length)
})

test("the light stands out from the sky, and the sky from the nearest land", () => {
  for (const { colours } of designs) {
    const [above, horizon, light, , , near] = colours.map(luminance)
    assert.ok(contrast(light, above) > 4.5)
    assert.ok(contrast(light, horizon) > 1.3)
    assert.ok(contrast(horizon, near) > 3)
  }
})

const contrast = (a, b) => (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)

/** As WCAG defines it. */
function luminance(text) {
  const [hue, saturation, lightness] = text.match(/[\d.]+/g).map(Number)
  const [s, l] = [saturation / 100, lightness / 100]
  const channel = (n) => {
    const k = (n + hue / 30) % 12
    const value = l - s * Math.min(l, 1 - l) * Math.max(-1, Math.min(k - 3, 9 - k, 1))
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * channel(0) + 0.7152 * channel(8) + 0.0722 * channel(4)
}
