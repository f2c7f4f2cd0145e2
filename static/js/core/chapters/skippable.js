// @ts-check
/** Chapters that viewers skip, known by their names: intros, credits, and what happened before. */

import { chapterAt } from "./chapters.js"

const SHOWN_AFTER_S = 2 // a viewer sees what it is before the button appears
const END_S = 3 // a chapter that ends this close to the media's end ends with it

/** @typedef {"intro" | "credits" | "recap"} Kind */

/** Without a number at the end ("OP 2"), in small letters, without accents. @type {Record<Kind, string>} */
const NAMES = {
  intro: `intro, introduction, intro credits, intro sequence, op, ncop, opening, opening credit, opening credits,
    opening title, opening titles, opening theme, opening song, opening sequence, title sequence, main title, main titles,
    vorspann, générique, générique de début, sigla, sigla iniziale, sigla di apertura, abertura, cabecera, introducción,
    créditos iniciales, leader, czołówka, förtext, заставка, опенинг, オープニング, 片头, 片頭, 片头曲, 片頭曲, 오프닝`,
  credits: `credits, credit, end credits, ending credits, closing credits, closing, end titles, closing titles, ed, nced,
    ending, ending theme, ending song, outro, abspann, générique de fin, sigla finale, sigla di chiusura, titoli di coda,
    créditos, créditos finais, créditos finales, encerramento, aftiteling, napisy końcowe, eftertext, титры, эндинг,
    エンディング, 片尾, 片尾曲, 엔딩`,
  recap: `recap, previously, was bisher geschah, rückblick, résumé, précédemment, riassunto, resumen, anteriormente, resumo,
    samenvatting, poprzednio, ранее, あらすじ, 前回のあらすじ, 前情提要, 前情回顾, 前情回顧, 지난 이야기`,
}
/** Also with the name of the series: "Previously on ...". */
const RECAP_BEGINS = [
  "previously on",
  "previously in",
  "precedemment dans",
  "negli episodi precedenti",
  "anteriormente en",
]

/** @type {Map<string, Kind>} */
const KINDS = new Map(
  /** @type {Kind[]} */ (Object.keys(NAMES)).flatMap((kind) =>
    NAMES[kind].split(",").map((name) => /** @type {[string, Kind]} */ ([plain(name), kind])),
  ),
)

/** @param {string} title */
function plain(title) {
  const letters = title.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase()
  return letters.replace(/[^\p{L}\p{N}]+/gu, " ").trim()
}

/** @param {string} title @returns {Kind | null} */
export function kindOf(title) {
  const name = plain(title).replace(/^the /, "")
  if (RECAP_BEGINS.some((begin) => name === begin || name.startsWith(`${begin} `))) return "recap"
  return KINDS.get(name) ?? KINDS.get(name.replace(/ ?\d+$/, "").replace(/ \d+ /, " ")) ?? null
}

/**
 * What a viewer at this position may skip, and to where; `toS` is null for credits that run to the end of the media.
 * @param {import("./chapters.js").Chapter[]} chapters
 * @param {number} positionS
 * @param {number | null} durationS
 * @returns {{kind: Kind, toS: number | null} | null}
 */
export function skippableAt(chapters, positionS, durationS) {
  const chapter = chapters[chapterAt(chapters, positionS)]
  if (!chapter || positionS < chapter.startS + SHOWN_AFTER_S || positionS >= chapter.endS) return null
  const kind = kindOf(chapter.title)
  if (!kind) return null
  const isLast = chapter.endS > (durationS ?? Number.MAX_VALUE) - END_S
  if (!isLast) return { kind, toS: chapter.endS }
  return kind === "credits" ? { kind, toS: null } : null
}
