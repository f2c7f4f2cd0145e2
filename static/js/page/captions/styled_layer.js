// @ts-check
/**
 * ASS captions with their styles, fonts and karaoke, drawn by jassub (libass in WebAssembly, in a worker) on a canvas
 * over the video. Loaded when a viewer turns on such captions; whatever fails, the plain text layer is there.
 */

import { LEAST_HEIGHT_PX, RenderScale } from "../../core/captions/render_scale.js"
import { FramePace } from "../../core/captions/frame_pace.js"
import { after } from "../lib/timers.js"

const FOLDER = "../../../vendor/jassub/"
const MODULE = `${FOLDER}jassub.mjs` // not a literal: a copied file is neither typed nor preloaded
const WORKER_MODULE = `${FOLDER}jassub.worker.mjs`
const READY_MS = 20_000
const STUCK_MS = 8000 // for one picture; a slow machine takes less for the first, with all fonts
const SLACK_MS = 1500
const END_MS = 2000
const MAX_HEIGHT = 1080 // larger pictures cost more than they show
const MEMORY_MB = 128 // of drawn glyphs and pictures, which libass keeps for the next frame
const MAX_GLYPHS = 10_000

/**
 * Resolves when the captions can be drawn.
 * @param {HTMLVideoElement} video
 * @param {string} script
 * @param {Uint8Array[]} fonts
 * @param {() => void} failed called if drawing them fails later
 */
export async function openStyled(video, script, fonts, failed) {
  const { default: Renderer } = await import(MODULE)
  Renderer._test()
  const wasm = Renderer._supportsSIMD ? MODERN : PLAIN
  await fetchWasm(wasm)
  const layer = new StyledLayer(Renderer, { video, script, fonts, wasm, failed })
  let cancel = () => {}
  const tooLate = new Promise((_resolve, reject) => {
    cancel = after(READY_MS, () => reject(new Error("The captions were not ready in time.")))
  })
  try {
    await Promise.race([layer.ready(), tooLate])
  } catch (error) {
    layer.remove()
    throw error
  } finally {
    cancel()
  }
  return layer
}

const PLAIN = import.meta.resolve(`${FOLDER}jassub.wasm`)
const MODERN = import.meta.resolve(`${FOLDER}jassub.modern.wasm`) // for browsers with relaxed SIMD: faster by half

/** The worker takes it from the cache then. Where it fails, the renderer would reject promises that no code awaits. @param {string} wasm */
async function fetchWasm(wasm) {
  const response = await fetch(wasm, { signal: AbortSignal.timeout(READY_MS) })
  if (!response.ok) throw new Error("The renderer of the captions could not be fetched.")
  await response.arrayBuffer()
}

/** The import map is the page's: a worker has to be given the address of what it imports. */
function workerAddress() {
  const address = new URL(import.meta.resolve("./styled_worker.js"))
  address.searchParams.set("renderer", import.meta.resolve(WORKER_MODULE))
  return address.href
}

class StyledLayer {
  /**
   * @param {any} Renderer
   * @param {{video: HTMLVideoElement, script: string, fonts: Uint8Array[], wasm: string, failed: () => void}} wanted
   */
  constructor(Renderer, { video, script, fonts, wasm, failed }) {
    this.video = video
    this.failed = failed
    this.renderer = new Renderer({
      video,
      subContent: script,
      // The last one is for names that no font has. Loaded later, it would be missing until the next change.
      fonts: [...fonts, import.meta.resolve(`${FOLDER}liberation-sans.woff2`)],
      defaultFont: "liberation sans",
      workerUrl: workerAddress(),
      wasmUrl: wasm,
      modernWasmUrl: wasm,
      queryFonts: false,
      maxRenderHeight: MAX_HEIGHT,
      prescaleHeightLimit: LEAST_HEIGHT_PX,
      libassMemoryLimit: MEMORY_MB,
      libassGlyphLimit: MAX_GLYPHS,
    })
    this.canvas = /** @type {HTMLCanvasElement} */ (this.renderer._canvas)
    this.canvas.dataset.styledCaptions = ""
    this.removed = false
    this.pace = new FramePace()
    this.expecting = false
    /** When the picture that is being drawn was begun; null: none is. @type {number | null} */
    this.beganMs = null
    // Called with each frame that the browser reports. The renderer's own would draw only those.
    this.renderer._handleRVFC = (/** @type {VideoFrameCallbackMetadata} */ frame) => this.#onFrame(frame)
    this.#adaptSize()
    this.controller = new AbortController()
    const redraw = () => this.redraw()
    video.addEventListener("seeked", redraw, { signal: this.controller.signal })
    for (const type of ["playing", "seeked"])
      video.addEventListener(type, () => this.#expectFrames(), { signal: this.controller.signal })
  }

  /** @param {VideoFrameCallbackMetadata} frame */
  #onFrame({ mediaTime, expectedDisplayTime, width, height }) {
    const { video, pace } = this
    if (this.removed) return
    video.requestVideoFrameCallback((_nowMs, frame) => this.#onFrame(frame))
    if (pace.reported(mediaTime, performance.now(), video.playbackRate))
      this.#draw({ mediaTime, expectedDisplayTime, width, height })
    this.#expectFrames()
  }

  /** Draw those frames too that the browser does not report: of 50 a second Chromium reports 34, WebKitGTK none. */
  #expectFrames() {
    const page = this.video.ownerDocument.defaultView // of the window that the picture is in
    if (this.expecting || !page) return
    this.expecting = true
    page.requestAnimationFrame((nowMs) => {
      this.expecting = false
      const { video, pace, renderer } = this
      if (this.removed || video.paused || video.seeking) return
      const mediaTime = pace.isRecent(nowMs) ? pace.frameDue(nowMs) : pace.elementDue(video.currentTime)
      const size = { width: video.videoWidth, height: video.videoHeight }
      if (mediaTime !== null && renderer.renderer && size.width)
        this.#draw({ mediaTime, expectedDisplayTime: nowMs, ...size })
      this.#expectFrames()
    })
  }

  /** The renderer reports to `debug` how it keeps up with the frames of the video. */
  #adaptSize() {
    const { renderer } = this
    const size = new RenderScale()
    const drawn = () => {
      const nowMs = performance.now()
      size.drawn(nowMs - (this.beganMs ?? nowMs))
      this.beganMs = null
      if (!size.update(nowMs) || this.removed) return
      renderer.prescaleFactor = size.scale
      void renderer.resize()
    }
    renderer.debug = {
      _startFrame: () => (this.beganMs = performance.now()),
      _endFrame: drawn,
      _drop: () => size.late(),
    }
  }

  /** The worker does not reject if it could not start: it answers nothing, or not what it should. */
  async ready() {
    const { _worker: worker } = this.renderer
    const failed = new Promise((_resolve, reject) => {
      worker.addEventListener("error", () => reject(new Error("The worker of the captions could not start.")))
    })
    await Promise.race([failed, this.renderer.ready])
    const styles = await Promise.race([failed, this.renderer.renderer.getStyles()])
    if (!styles) throw new Error("The captions could not be read.")
    this.redraw()
    this.#expectFrames()
  }

  /** @param {number} ms how much later than the file says captions are shown */
  setDelay(ms) {
    const offsetS = -ms / 1000
    if (this.renderer.timeOffset === offsetS) return
    this.renderer.timeOffset = offsetS
    this.redraw()
  }

  /** A paused video presents no frames, which would cause it. */
  redraw() {
    const { video, renderer } = this
    if (this.removed || !video.paused || !video.videoWidth || !renderer.renderer) return
    const frame = { mediaTime: video.currentTime, width: video.videoWidth, height: video.videoHeight }
    this.#draw(frame, true)
    after(STUCK_MS + SLACK_MS, () => this.#isStuck() && this.#fail()) // it may begin a little later
  }

  /** @param {object} frame @param {boolean} [repaint] also if nothing has changed */
  #draw(frame, repaint = false) {
    if (this.#isStuck()) return this.#fail()
    this.renderer.manualRender(frame, repaint).catch(() => this.#fail())
  }

  #isStuck() {
    return this.beganMs !== null && performance.now() - this.beganMs >= STUCK_MS
  }

  /** The renderer is stuck in one picture, or has no memory left. */
  #fail() {
    if (!this.removed) this.failed()
  }

  /** In another window the renderer does not notice it. */
  resize() {
    void this.renderer.resize()
  }

  remove() {
    this.removed = true
    this.controller.abort()
    void this.renderer.destroy().catch(() => {})
    after(END_MS, () => this.renderer._worker.terminate()) // one that is stuck does not end by itself
    this.canvas.remove()
  }
}
