// @ts-check
/** An event emitter; a listener that throws does not stop the others. */

const EVERYTHING = "*"
const UNLOGGED = new Set(["drift"]) // several a second, and shown on the panel of `?debug=1`

/** @typedef {(payload: any, type: string) => void} Listener */

export class Emitter {
  constructor() {
    /** @type {Map<string, Set<Listener>>} */
    this.listeners = new Map()
  }

  /** @param {string} type `*`: every type @param {Listener} fn @returns {() => void} stops it */
  on(type, fn) {
    const fns = this.listeners.get(type) ?? new Set()
    this.listeners.set(type, fns.add(fn))
    return () => void fns.delete(fn)
  }

  /** @param {string} type @param {any} [payload] */
  emit(type, payload) {
    for (const fn of [...(this.listeners.get(type) ?? []), ...(this.listeners.get(EVERYTHING) ?? [])]) {
      try {
        fn(payload, type)
      } catch (error) {
        console.error(`a listener to ${type} failed`, error)
      }
    }
  }
}

/** Log every event to the console, for `?debug=1`. @param {Emitter} source @returns {() => void} stops it */
export function logEvents(source) {
  return source.on(EVERYTHING, (payload, type) => {
    if (!UNLOGGED.has(type)) console.log(`watchium ${type}`, payload)
  })
}
