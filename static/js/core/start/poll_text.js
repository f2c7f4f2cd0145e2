// @ts-check
/** The answers of a new poll as typed: one a line, text or the address of media. Pure. */

export const FEWEST_ANSWERS = 2
export const MOST_ANSWERS = 10

const ADDRESS = /^(https?:\/\/|\/media\/)\S+$/i
const NAMED_ADDRESS = /^(.*\S)\s+(\/media\/\S+)$/i // of this server, as `answerLine` writes it

/** The line of an answer that is media of this server. @param {{title: string, url: string}} item */
export function answerLine({ title, url }) {
  return `${title.replace(/\s+/g, " ").trim()} ${url}`.trim()
}

/**
 * @param {string} text
 * @returns {{text?: string, media_url?: string}[]}
 */
export function parseAnswers(text) {
  const lines = text.split(/\r?\n/).map((line) => line.trim())
  return [...new Set(lines.filter(Boolean))].map((line) => {
    if (ADDRESS.test(line)) return { media_url: line }
    const [, name, media_url] = NAMED_ADDRESS.exec(line) ?? []
    return media_url ? { text: name, media_url } : { text: line }
  })
}

/**
 * The votes of a poll: of each answer the count and its share, and the answer that a member chose.
 * @param {import("../protocol.js").PollState} poll
 * @param {string} userId
 */
export function results(poll, userId) {
  const votes = poll.answers.map((answer) => answer.votes.length)
  const total = votes.reduce((sum, count) => sum + count, 0)
  return {
    total,
    yours: poll.answers.findIndex((answer) => answer.votes.includes(userId)),
    answers: votes.map((count) => ({ count, share: total ? count / total : 0 })),
  }
}
