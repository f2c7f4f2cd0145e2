// @ts-check
/** The settings of hls.js. */

import { playsWithGStreamer } from "../../core/media/gstreamer.js"
import { withExactTimes } from "./hls_buffer.js"
import { checkedLoader } from "./hls_loader.js"

const WORKER = "../../../vendor/hls.js/hls.worker.mjs"
const PHONE_BYTES = 20e6
const OTHER_BYTES = 60e6
const ANSWER_MS = 3500 // a server that has sent nothing by then is named within five seconds, also to others
const TRANSFER_MS = 60_000
const RETRY = { maxNumRetry: 2, retryDelayMs: 500, maxRetryDelayMs: 2000 }

/** @param {any} Hls @param {number} startS */
export function settings(Hls, startS) {
  return {
    startPosition: startS,
    loader: checkedLoader(Hls.DefaultConfig.loader),
    ...(playsWithGStreamer(navigator.userAgent) && {
      bufferController: withExactTimes(Hls.DefaultConfig.bufferController),
    }),
    backBufferLength: 30,
    maxBufferLength: 20,
    maxBufferSize: isPhone() ? PHONE_BYTES : OTHER_BYTES,
    lowLatencyMode: false,
    enableInterstitialPlayback: false,
    // the room keeps its players in step
    maxLiveSyncPlaybackRate: 1,
    liveMaxLatencyDurationCount: Infinity,
    liveSyncDurationCount: 3,
    liveDurationInfinity: true,
    // captions are drawn by the page
    enableWebVTT: false,
    enableIMSC1: false,
    enableCEA708Captions: false,
    workerPath: import.meta.resolve(WORKER),
    ...loadPolicies(),
  }
}

function isPhone() {
  return matchMedia("(pointer: coarse) and (max-width: 820px)").matches
}

/** Fewer and quicker attempts than by default, so that a failure has a name before viewers give up. */
function loadPolicies() {
  const policy = { default: loadPolicy() }
  return {
    manifestLoadPolicy: policy,
    playlistLoadPolicy: policy,
    fragLoadPolicy: policy,
    keyLoadPolicy: policy,
  }
}

function loadPolicy() {
  return {
    maxTimeToFirstByteMs: ANSWER_MS,
    maxLoadTimeMs: TRANSFER_MS,
    timeoutRetry: { ...RETRY, maxNumRetry: 1 },
    errorRetry: { ...RETRY },
  }
}
