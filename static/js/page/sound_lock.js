// @ts-check
/** The lock of a device's sound, held in the browser: it falls free by itself when its tab closes or crashes. */

/** @typedef {import("./sounding.js").LockTells} LockTells */

/** @param {string} name @param {LockTells} tells @returns {import("./sounding.js").Lock} */
export function soundLock(name, tells) {
  /** Our request that counts; what becomes of earlier ones is no news. @type {{}} */
  let ours = {}
  let withdraw = new AbortController()
  let release = () => {}

  /** @param {LockOptions} options @param {() => void} got */
  function ask(options, got) {
    const request = (ours = {})
    let held = false
    const keep = () => {
      if (ours !== request) return
      held = true
      got()
      return new Promise((done) => { release = () => done(undefined) })
    }
    navigator.locks.request(name, options, keep).catch(() => { if (ours === request) lost(held || !options.steal) })
  }

  /** By somebody who was faster, before or after it was ours. @param {boolean} had */
  function lost(had) {
    if (had) tells.robbed()
    else tells.missed()
  }

  return {
    async held() {
      const { held = [] } = await navigator.locks.query()
      return held.some((lock) => lock.name === name)
    },
    queue() {
      withdraw = new AbortController()
      ask({ signal: withdraw.signal }, tells.granted)
    },
    steal() {
      withdraw.abort()
      ask({ steal: true }, tells.stolen)
    },
    leave() {
      ours = {}
      withdraw.abort()
      release()
    },
  }
}

export function hasLocks() {
  return Boolean(navigator.locks)
}
