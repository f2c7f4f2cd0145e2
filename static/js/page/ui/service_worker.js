// @ts-check
/** The worker that shows a page when there is no line, and lets browsers offer to install this one. */

export function install() {
  // a page like any other then
  navigator.serviceWorker
    ?.register("/service-worker.js", { scope: "/", updateViaCache: "none" })
    .catch(() => {})
}
