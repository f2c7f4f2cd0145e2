// @ts-check
/** Notifications of the browser, for who asked for them. They need the page to be open: no push service is used. */

/** Whether this browser can show any: not without https. */
export function canNotify() {
  return "Notification" in window && window.isSecureContext
}

/** Whether the user allowed it before. */
export function mayNotify() {
  return canNotify() && Notification.permission === "granted"
}

/** Ask the user, on a press; a browser that knows the answer does not ask. */
export async function askToNotify() {
  return canNotify() && (await Notification.requestPermission()) === "granted"
}

/**
 * Show a notification that leads back to the page. Returns whether it could.
 * @param {string} title
 * @param {{body: string, tag: string}} options a notification replaces the last one with its tag
 */
export async function notify(title, options) {
  try {
    const notification = new Notification(title, options)
    notification.onclick = () => window.focus()
    return true
  } catch {
    // Android shows notifications of service workers only.
    const worker = await navigator.serviceWorker?.getRegistration()
    await worker?.showNotification(title, options)
    return Boolean(worker)
  }
}
