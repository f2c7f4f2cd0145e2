// @ts-check
/** Why captions cannot be shown. The page has a sentence for each reason. */

export const MAX_BYTES = 20 * 1024 * 1024 // a heavily typeset ASS file of a film has up to 15 MB
export const MAX_CUES = 100_000
export const MAX_CUE_CHARS = 2000

/** @typedef {"too_large" | "too_many" | "no_cues" | "pictures" | "unknown"} CaptionProblem */

export class CaptionError extends Error {
  /** @param {CaptionProblem} problem */
  constructor(problem) {
    super(problem)
    this.problem = problem
  }
}
