/** A viewer whose player is in a frame: the real controllers, the real remote player, a simulated frame. */

import { RemotePlayer } from "../../../static/js/core/embeds/remote_player.js"
import { YOUTUBE_TRAITS } from "../../../static/js/core/embeds/youtube_protocol.js"
import { MediaState } from "../../../static/js/core/media/media_state.js"
import { LatencyModel } from "../../../static/js/core/sync/latency_model.js"
import { StepRateControl } from "../../../static/js/core/embeds/step_rate_control.js"
import { SyncController } from "../../../static/js/core/sync/sync_controller.js"
import { SimulatedFrame } from "./simulated_frame.js"
import { Viewer } from "../sync/simulated_room.js"

export class FrameViewer extends Viewer {
  /** @param {any} random @param {any} [behaviour] of the frame */
  constructor(random, { clockErrorMs, ...behaviour } = {}) {
    super(random, { clockErrorMs })
    const frame = new SimulatedFrame(random, behaviour)
    const traits = { ...YOUTUBE_TRAITS, clock: behaviour.stamped === false ? "coarse" : "stamped" }
    this.latencyModel = new LatencyModel(traits)
    this.rateControl = new StepRateControl(traits)
    this.controller = new SyncController({
      latencyModel: this.latencyModel,
      rateControl: this.rateControl,
      media: new MediaState(),
    })
    this.frame = frame
    this.events = []
    this.remote = new RemotePlayer((command) => frame.send(command), {
      now: () => this.nowMs,
      wallNow: () => frame.wallMs + this.nowMs,
      later: (callback) => this.events.push(callback),
    })
    for (const type of ["play", "pause", "seeked", "ratechange"])
      this.remote.addEventListener(type, () => this.#onEvent(type))
    for (const type of ["loadedmetadata", "canplay", "playing", "waiting", "ended"])
      this.remote.addEventListener(type, () => this.tick())
    this.player = this.#asPlayer(frame, this.remote)
    this.remote.receive({ ready: true, durationS: frame.durationS })
    this.#runEvents()
  }

  /** What the inherited methods use of a simulated player. */
  #asPlayer(frame, remote) {
    return {
      durationS: frame.durationS,
      events: [],
      refuses: null,
      advance: (toMs) => {
        frame.advance(toMs)
        while (frame.reports.length && frame.reports[0].atMs <= toMs)
          remote.receive(frame.reports.shift().report)
        remote.check()
        this.#runEvents()
      },
      play: () =>
        remote
          .play()
          .catch(({ name }) => name === "AbortError" || this.controller.playRefused(name, this.seen())),
      pause: () => remote.pause(),
      seek: (toS) => (remote.currentTime = toS),
      setRate: (rate) => (remote.playbackRate = rate),
      get positionS() {
        return frame.positionS
      },
      get paused() {
        return remote.paused
      },
      get rate() {
        return remote.playbackRate
      },
    }
  }

  #runEvents() {
    for (let event = this.events.shift(); event; event = this.events.shift()) event()
  }

  /** As `page/media/room_player.js` does. @param {any} type */
  #onEvent(type) {
    const { remote } = this
    if (this.expectedEvents.claim(type, type === "ratechange" ? remote.playbackRate : remote.currentTime))
      return
    this.foreignEvents.push(type)
    if (type !== "ratechange") this.controller.intruded(type, this.seen())
    this.tick()
  }

  seen() {
    const { remote } = this
    const ahead = (positionS) =>
      remote.buffered.length ? Math.max(0, remote.buffered.end(0) - positionS) : 0
    return {
      ...super.seen(),
      currentTimeS: remote.currentTime,
      paused: remote.paused,
      seeking: remote.seeking,
      ended: remote.ended,
      readyState: remote.readyState,
      rate: remote.playbackRate,
      ...remote.inFrame,
      durationS: remote.duration,
      bufferedAheadS: ahead(remote.currentTime),
      buffered: (positionS) => ahead(positionS) > 0,
      seekable: (positionS) => remote.seekable.length > 0 && positionS <= remote.seekable.end(0) + 0.1,
    }
  }
}
