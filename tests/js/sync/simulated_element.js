/**
 * A media element as far as a track uses it: events come in a later task, here when `deliver` is called.
 */
export class SimulatedElement extends EventTarget {
  queue = []
  paused = true
  ended = false
  error = null
  currentTime = 0
  duration = 100
  readyState = 4
  buffered = { length: 0 }
  volume = 1
  muted = false
  playbackRate = 1

  constructor(dropsPending = true) {
    super()
    /** Whether loading drops pending events, as the standard requires. */
    this.dropsPending = dropsPending
  }

  play() {
    if (this.paused) this.fire("play", { paused: false, ended: false })
    return Promise.resolve()
  }

  pause() {
    if (!this.paused) this.fire("pause", { paused: true })
  }

  load() {
    if (this.dropsPending) this.queue = []
    Object.assign(this, { paused: true, ended: false, error: null, currentTime: 0 })
    this.queue.push("loadedmetadata")
  }

  removeAttribute() {}
  remove() {}

  fire(type, changes = {}) {
    Object.assign(this, changes)
    this.queue.push(type)
  }

  deliver() {
    for (let type = this.queue.shift(); type; type = this.queue.shift()) this.dispatchEvent(new Event(type))
  }

  end() {
    this.fire("pause", { currentTime: this.duration, paused: true, ended: true })
    this.fire("ended")
    this.deliver()
  }

  breakAt(currentTime) {
    this.fire("error", { currentTime, error: { code: 3 } })
    this.deliver()
  }

  runTo(currentTime) {
    this.fire("timeupdate", { currentTime })
    this.deliver()
  }
}

/** Define the browser globals that Node lacks; returns the settings of elements created from then on. */
export function simulateBrowser() {
  const page = /** @type {any} */ (globalThis)
  /** @type {{dropsPending: boolean, elements: SimulatedElement[]}} */
  const made = { dropsPending: true, elements: [] }
  page.HTMLMediaElement = class {
    static HAVE_METADATA = 1
    static HAVE_FUTURE_DATA = 3
  }
  page.HTMLVideoElement = class {}
  page.MediaError = class {
    static MEDIA_ERR_NETWORK = 2
  }
  page.MessageChannel = class {
    port1 = {}
    port2 = {}
  } // Node's keeps the process alive
  Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true })
  page.document = {
    createElement() {
      const element = new SimulatedElement(made.dropsPending)
      made.elements.push(element)
      return element
    },
  }
  return made
}
