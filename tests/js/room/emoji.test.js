import assert from "node:assert/strict"
import { test } from "node:test"

import { GROUPS, named, withNames } from "../../../static/js/core/room/emoji.js"

const LANGUAGES = ["de", "es", "fr", "ja"]

/** @param {string} language */
async function inLanguage(language) {
  const { default: names } = await import(`../../../static/vendor/emojibase-data/${language}.mjs`)
  return withNames(names)
}

test("every emoji of the picker is one emoji, once, with a name by which it is found", () => {
  const all = GROUPS.flatMap(({ emoji }) => emoji)
  assert.equal(new Set(all.map(([emoji]) => emoji)).size, all.length)
  const segments = new Intl.Segmenter("en", { granularity: "grapheme" })
  for (const [emoji, names] of all) {
    assert.equal([...segments.segment(emoji)].length, 1, emoji)
    assert.match(emoji, /\p{Extended_Pictographic}/u)
    assert.ok(
      named(names.split(",")[0]).some(([found]) => found === emoji),
      `${emoji} ${names}`,
    )
  }
  assert.deepEqual(named("popc"), [["🍿", "popcorn"]])
  assert.deepEqual(named("nosuchthing"), [])
  assert.deepEqual(named(" "), [])
})

test("every emoji has a name in each language of the pages, and keeps its English one", async () => {
  for (const language of LANGUAGES) {
    const groups = await inLanguage(language)
    assert.deepEqual(
      groups.map(({ title }) => title),
      GROUPS.map(({ title }) => title),
    )
    const english = new Map(GROUPS.flatMap(({ emoji }) => emoji))
    for (const [emoji, names] of groups.flatMap(({ emoji: all }) => all)) {
      assert.notEqual(names, english.get(emoji), `${language} ${emoji}`)
      assert.ok(names.endsWith(`,${english.get(emoji)}`))
    }
  }
})

test("a search finds names with and without their accents, in the middle of Japanese words, and in English", async () => {
  /** @param {string} language @param {string} text */
  const found = async (language, text) => named(text, await inLanguage(language)).map(([emoji]) => emoji)
  assert.ok((await found("de", "fröhl")).includes("😀"))
  assert.ok((await found("de", "frohl")).includes("😀"))
  assert.ok((await found("fr", "coeur")).length + (await found("fr", "cœur")).length > 0)
  assert.deepEqual(await found("ja", "ップコー"), ["🍿"])
  assert.ok((await found("es", "popcorn")).includes("🍿"))
})
