// @ts-check
/** Who wants to hear of what; one of them that fails silences no other. */

export class Listeners {
  constructor() {
    /** @type {Map<string, Set<(told: any) => void>>} */
    this.listeners = new Map()
  }

  /** @param {string} type @param {(told: any) => void} fn @returns {() => void} */
  on(type, fn) {
    const fns = this.listeners.get(type) ?? new Set()
    this.listeners.set(type, fns.add(fn))
    return () => void fns.delete(fn)
  }

  /** @param {string} type @param {any} [told] */
  emit(type, told) {
    for (const fn of this.listeners.get(type) ?? []) {
      try {
        fn(told)
      } catch (error) {
        console.error(`a listener to ${type} failed`, error)
      }
    }
  }
}
