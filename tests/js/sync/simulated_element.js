/**
 * A media element as far as a track touches it: events come in a later task, here when `deliver` is called.
 */
export class SimulatedElement extends EventTarget {
  constructor(forgetful = true) {
    super()
    /** Whether loading takes events with it that have not come yet, as the standard says. */
    this.forgetful = forgetful
    this.queue = []
    Object.assign(this, {
      paused: true,
      ended: false,
      error: null,
      currentTime: 0,
      duration: 100,
      readyState: 4,
      buffered: { length: 0 },
      volume: 1,
      muted: false,
      playbackRate: 1,
    })
  }

  play() {
    if (this.paused) this.happens("play", { paused: false, ended: false })
    return Promise.resolve()
  }

  pause() {
    if (!this.paused) this.happens("pause", { paused: true })
  }

  load() {
    if (this.forgetful) this.queue = []
    Object.assign(this, { paused: true, ended: false, error: null, currentTime: 0 })
    this.queue.push("loadedmetadata")
  }

  removeAttribute() {}
  remove() {}

  happens(type, is = {}) {
    Object.assign(this, is)
    this.queue.push(type)
  }

  deliver() {
    for (let type = this.queue.shift(); type; type = this.queue.shift()) this.dispatchEvent(new Event(type))
  }

  end() {
    this.happens("pause", { currentTime: this.duration, paused: true, ended: true })
    this.happens("ended")
    this.deliver()
  }

  breakAt(currentTime) {
    this.happens("error", { currentTime, error: { code: 3 } })
    this.deliver()
  }

  runTo(currentTime) {
    this.happens("timeupdate", { currentTime })
    this.deliver()
  }
}

/** What a page has and Node has not; gives what makes the next elements. */
export function simulateBrowser() {
  const made = { forgetful: true, elements: [] }
  globalThis.HTMLMediaElement = class {
    static HAVE_METADATA = 1
    static HAVE_FUTURE_DATA = 3
  }
  globalThis.HTMLVideoElement = class {}
  globalThis.MediaError = class {
    static MEDIA_ERR_NETWORK = 2
  }
  globalThis.MessageChannel = class {
    port1 = {}
    port2 = {}
  } // Node's keeps the process alive
  Object.defineProperty(globalThis, "navigator", { value: { onLine: true }, configurable: true })
  globalThis.document = {
    createElement() {
      const element = new SimulatedElement(made.forgetful)
      made.elements.push(element)
      return element
    },
  }
  return made
}
