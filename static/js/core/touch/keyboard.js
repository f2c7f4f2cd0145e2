// @ts-check
/** How much of the window a phone's keyboard leaves, where it covers the page instead of making it smaller. */

const KEYBOARD_PX = 120 // the bars of a browser are lower
const ZOOMED = 1.05

/**
 * @param {{windowPx: number, viewPx: number, scale: number}} seen heights of the window and of the visual viewport; a
 *   zoomed page has a small viewport without a keyboard
 * @returns {number | null} null without a keyboard
 */
export function heightAboveKeyboard({ windowPx, viewPx, scale }) {
  if (scale > ZOOMED || windowPx - viewPx < KEYBOARD_PX) return null
  return Math.round(viewPx)
}
