import assert from "node:assert/strict"
import { readFileSync, readdirSync } from "node:fs"
import { dirname, join, relative } from "node:path"
import { test } from "node:test"
import { fileURLToPath } from "node:url"

/** Folders of static/js, lowest layer first. A folder may import folders of lower layers, and itself. */
const LAYERS = [
  ["core"],
  ["core/clock", "core/net", "core/captions", "core/own_copy", "core/start", "core/streams", "core/touch"],
  ["core/sync"],
  ["core/media", "core/chapters", "core/room", "core/player", "core/embeds"],
  ["page/lib"],
  ["page/streams"],
  ["page/sources"],
  ["page/ui", "page/net", "page/media"],
  ["page/room", "page/player_audio"],
  ["page/own_copy", "page/uploads", "page/catch_up", "page/moderation"],
  [
    "page/captions",
    "page/chapters",
    "page/chat",
    "page/controls",
    "page/people",
    "page/player",
    "page/queue",
    "page/replay",
    "page/settings",
    "page/staff",
    "page/start",
    "page/sync_meter",
  ],
  ["page/touch"],
  ["entry"],
]

const ROOT = fileURLToPath(new URL("../../static/js", import.meta.url))
const IMPORT = /^(?:import|export)\b[^"']*["'](\.[^"']+)["']|\bimport\(["'](\.[^"']+)["']\)/gm

const modules = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".js"))
  .map((path) => path.replaceAll("\\", "/"))
const imports = new Map(modules.map((path) => [path, importsOf(path)]))
const folderOf = (path) => dirname(path)
const layerOf = (folder) => LAYERS.findIndex((layer) => layer.includes(folder))

/** Modules imported at run time; types in comments do not count. */
function importsOf(path) {
  const source = readFileSync(join(ROOT, path), "utf8").replace(/\/\*[\s\S]*?\*\//g, "")
  return [...source.matchAll(IMPORT)].map(([, from, dynamic]) =>
    relative(ROOT, join(ROOT, dirname(path), from ?? dynamic)).replaceAll("\\", "/"),
  )
}

test("every folder has exactly one layer, and every layer's folder exists", () => {
  const folders = [...new Set(modules.map(folderOf))].sort()
  assert.deepEqual(folders, LAYERS.flat().sort())
})

test("modules import folders of lower layers only", () => {
  const wrong = []
  for (const [path, imported] of imports)
    for (const target of imported) {
      const [from, to] = [folderOf(path), folderOf(target)]
      const allowed = from === to || layerOf(to) < layerOf(from)
      if (!allowed) wrong.push(`${path} imports ${target}`)
    }
  assert.deepEqual(wrong, [])
})

test("every import leads to a module", () => {
  const missing = [...imports].flatMap(([path, imported]) =>
    imported.filter((target) => !imports.has(target)).map((target) => `${path} imports ${target}`),
  )
  assert.deepEqual(missing, [])
})

test("no modules import each other in a circle", () => {
  const done = new Set()
  const circle = (path, above) => {
    if (above.includes(path)) return [...above.slice(above.indexOf(path)), path]
    if (done.has(path)) return null
    for (const target of imports.get(path) ?? []) {
      const found = circle(target, [...above, path])
      if (found) return found
    }
    done.add(path)
    return null
  }
  for (const path of modules) assert.equal(circle(path, []), null)
})

test("every export of core is imported by another module or a test", () => {
  const folder = fileURLToPath(new URL(".", import.meta.url))
  const tests = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".js") && !path.includes("node_modules"))
    .map((path) => readFileSync(fileURLToPath(new URL(path, import.meta.url)), "utf8"))
  const sources = new Map(modules.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]))
  const unused = []
  for (const path of modules.filter((path) => path.startsWith("core/") && path !== "core/protocol.js"))
    for (const [, name] of String(sources.get(path)).matchAll(/^export (?:const|function|class) (\w+)/gm)) {
      const word = new RegExp(`\\b${name}\\b`)
      const others = [...sources].filter(([other]) => other !== path).map(([, source]) => source)
      if (![...others, ...tests].some((source) => word.test(source))) unused.push(`${name} of ${path}`)
    }
  assert.deepEqual(unused, [])
})
