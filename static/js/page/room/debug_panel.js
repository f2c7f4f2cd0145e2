// @ts-check
/** `?debug=1`: the state of clock, player and controller ten times a second, and every event in the console. */

import { logEvents } from "../lib/emitter.js"
import { reportedState } from "../media/status_report.js"

const INTERVAL_MS = 100
const STYLE = {
  position: "fixed",
  insetInlineStart: "0",
  insetBlockEnd: "0",
  zIndex: "1000",
  margin: "0",
  padding: "0.5rem",
  font: "12px/1.4 monospace",
  color: "#fff",
  background: "rgb(0 0 0 / 0.75)",
  pointerEvents: "none",
}

/** @param {HTMLElement} element @param {import("./session.js").RoomSession} session */
export function mount(element, session) {
  const panel = document.createElement("pre")
  panel.dataset.debug = ""
  Object.assign(panel.style, STYLE)
  element.append(panel)
  const timer = setInterval(() => (panel.textContent = lines(session).join("\n")), INTERVAL_MS)
  const stopLog = logEvents(session)
  return () => {
    stopLog()
    clearInterval(timer)
    panel.remove()
  }
}

/** @param {import("./session.js").RoomSession} session */
function lines({ clock, player, state, connection }) {
  const { controller, latencyModel } = player
  const { rateControl, driftControl } = controller
  const seen = player.seen()
  const zone = driftControl.decision?.zone ?? "-"
  return [
    `socket    ${connection.status}, ${clock.locked ? "clock locked" : "clock not locked"}`,
    `offset    ${number(clock.output)} ms, moved ${number(clock.movementMs)}, ${clock.pongs} pongs`,
    `delay     ${number(clock.delayMs)} ms`,
    `drift     ${number(controller.filteredDriftMs())} ms, now ${number(controller.driftMs(seen))}`,
    `zone      ${zone} (${reportedState(controller, seen.hidden)}), D ${number(rateControl.deadZoneMs(seen))}, seek beyond ${rateControl.seekBeyondMs(seen.nowMs)}`,
    `rate      ${player.element.playbackRate.toFixed(4)}, pitch ${player.element.preservesPitch ? "kept" : "free"}${rateControl.rateSupport.slewOk ? "" : ", seek only"}`,
    `latency   start ${number(latencyModel.startMs.fresh)} / ${number(latencyModel.startMs.rest)}, seek ${number(latencyModel.seekMs.buffered)} / ${number(latencyModel.seekMs.unbuffered)}, place ${number(latencyModel.placeMs.buffered)} / ${number(latencyModel.placeMs.unbuffered)}`,
    `revision  ${state.revision}, phase ${state.timeline?.phase ?? "-"}, comment ${state.comment_seq}`,
  ]
}

/** @param {number | null | undefined} value */
function number(value) {
  return value === null || value === undefined || Number.isNaN(value) ? "-" : value.toFixed(2)
}
