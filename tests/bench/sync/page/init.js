// Runs in every frame before the page's scripts, after a definition of PLAYERS. A frame with a name is a player: it has
// its own clock, its own storage, and its own link to the server.
;(() => {
  const mine = PLAYERS[window.name]
  if (!mine) return
  const DEEDS = new Set(["play", "pause", "seek", "set_rate", "load"])
  const truth = top.performance.now.bind(top.performance)
  const scale = 1 + mine.ppm * 1e-6
  runByOwnClock()
  reachOverOwnLine()
  rememberApart()
  window.benchOps = []
  const note = (what, value) => window.benchOps.push([truth(), what, value])
  observe()

  function runByOwnClock() {
    const real = performance.now.bind(performance)
    const local = (ms) => ms * scale + mine.offsetMs
    performance.now = () => local(real())
    const stamp = Object.getOwnPropertyDescriptor(Event.prototype, "timeStamp")
    Object.defineProperty(Event.prototype, "timeStamp", { ...stamp, get() { return local(stamp.get.call(this)) } })
    const RealDate = Date
    const bornMs = RealDate.now()
    const wallNow = () => bornMs + (RealDate.now() - bornMs) * scale + mine.wallMs
    window.Date = class Date extends RealDate {
      constructor(...parts) { parts.length ? super(...parts) : super(wallNow()) }
      static now() { return wallNow() }
    }
  }

  function reachOverOwnLine() {
    const Real = WebSocket
    window.WebSocket = class WebSocket extends Real {
      constructor(url, ...rest) {
        const to = new URL(url, location.href)
        to.port = mine.port
        super(to.href, ...rest)
      }
      send(data) {
        const { type, event_id } = JSON.parse(data)
        if (DEEDS.has(type)) note("said", event_id)
        super.send(data)
      }
    }
  }

  /** Separate storage per player, as in separate browsers. */
  function rememberApart() {
    for (const name of ["getItem", "setItem", "removeItem"]) {
      const real = Storage.prototype[name]
      Storage.prototype[name] = function (key, ...rest) { return real.call(this, `${window.name}/${key}`, ...rest) }
    }
  }

  function observe() {
    const media = HTMLMediaElement.prototype
    for (const [property, what] of [["currentTime", "seek"], ["playbackRate", "rate"]]) {
      const real = Object.getOwnPropertyDescriptor(media, property)
      Object.defineProperty(media, property, { ...real, set(value) { note(what, value); real.set.call(this, value) } })
    }
    for (const name of ["play", "pause"]) {
      const real = media[name]
      media[name] = function () { note(name, 0); return real.call(this) }
    }
  }
})()
