// @ts-check
/** The loader of hls.js, which refuses what would keep the page busy or is a page in place of media. */

import {
  isHlsListTooLarge,
  isPage,
  MAX_LIST_BYTES,
  MAX_PART_BYTES,
} from "../../core/streams/stream_bounds.js"

/**
 * @param {any} Loader of hls.js, by XMLHttpRequest
 * @returns {any}
 */
export function checkedLoader(Loader) {
  return class extends Loader {
    /** @param {any} context @param {any} config @param {any} callbacks */
    load(context, config, callbacks) {
      /** @param {any} response @param {any} stats @param {any} about the same context @param {any} details */
      const onSuccess = (response, stats, about, details) => {
        const fault = faultOf(response.data, context)
        if (fault) callbacks.onError({ code: response.code, text: fault }, about, details, stats)
        else callbacks.onSuccess(response, stats, about, details)
      }
      super.load(context, config, { ...callbacks, onSuccess })
    }

    /** @param {ProgressEvent} event */
    loadprogress(event) {
      const { context, callbacks, loader, stats } = this
      const most = context?.responseType === "text" ? MAX_LIST_BYTES : MAX_PART_BYTES
      if (event.loaded <= most) return super.loadprogress(event)
      this.abortInternal()
      callbacks?.onError({ code: 200, text: "too_large" }, context, loader, stats)
    }
  }
}

/** @param {any} data @param {{keyInfo?: object}} context */
function faultOf(data, { keyInfo }) {
  if (typeof data === "string") return isHlsListTooLarge(data) ? "too_large" : null
  return data instanceof ArrayBuffer && !keyInfo && isPage(data) ? "replaced" : null
}
