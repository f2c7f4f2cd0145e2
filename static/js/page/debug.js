// @ts-check
/** `?debug=1`: what the player thinks, ten times a second. */

const EVERY_MS = 100
const LOOK = {
  position: "fixed", insetInlineStart: "0", insetBlockEnd: "0", zIndex: "1000", margin: "0", padding: "0.5rem",
  font: "12px/1.4 monospace", color: "#fff", background: "rgb(0 0 0 / 0.75)", pointerEvents: "none",
}

/** @param {HTMLElement} element @param {import("./session.js").Session} session */
export function mount(element, session) {
  const panel = document.createElement("pre")
  panel.dataset.debug = ""
  Object.assign(panel.style, LOOK)
  element.append(panel)
  const timer = setInterval(() => (panel.textContent = lines(session).join("\n")), EVERY_MS)
  return () => {
    clearInterval(timer)
    panel.remove()
  }
}

/** @param {import("./session.js").Session} session */
function lines({ clock, player, state, connection }) {
  const { machine } = player
  const decision = machine.helm.decision
  const { startMs, seekMs } = player.costs
  return [
    `socket    ${connection.status}${clock.locked ? "" : ", clock not locked"}`,
    `offset    ${number(clock.output)} ms, moved ${number(clock.movementMs)}`,
    `delay     ${number(clock.delayMs)} ms`,
    `drift     ${number(decision ? -(decision.errorMs ?? NaN) : null)} ms`,
    `zone      ${decision?.zone ?? "-"} (${machine.state})`,
    `rate      ${player.element.playbackRate.toFixed(4)}, pitch ${player.element.preservesPitch ? "kept" : "free"}`,
    `costs     start ${number(startMs.fresh)} / ${number(startMs.rest)}, seek ${number(seekMs.buffered)}`,
    `revision  ${state.revision}, comment ${state.comment_seq}`,
  ]
}

/** @param {number | null | undefined} value */
function number(value) {
  return value === null || value === undefined || Number.isNaN(value) ? "-" : value.toFixed(2)
}
