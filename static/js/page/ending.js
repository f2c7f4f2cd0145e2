// @ts-check
/** Closing the room for everyone: one press, one question. */

import { ask } from "./asking.js"
import { isHost } from "./authority.js"
import { all, piece } from "./pieces.js"
import { announceRefusal } from "./problems.js"

/** @param {HTMLElement} dialog @param {import("./room_types.js").Room} room */
export function mount(dialog, room) {
  const gone = new AbortController()
  const { signal } = gone
  const [end, sure, now] = ["end", "end-sure", "end-now"].map((name) => piece(dialog, name))
  const show = () => { end.hidden = !(isHost(room.state) || room.state?.you?.is_owner) }
  const doubt = (/** @type {boolean} */ asking) => { sure.hidden = !asking; end.setAttribute("aria-expanded", String(asking)) }
  end.addEventListener("click", () => { doubt(true); now.focus() }, { signal })
  piece(dialog, "end-not").addEventListener("click", () => { doubt(false); end.focus() }, { signal })
  dialog.addEventListener("close", () => doubt(false), { signal })
  now.addEventListener("click", () => {
    doubt(false)
    ask(`/api/rooms/${room.boot.room_id}/`, "DELETE", now.dataset.csrf ?? "", {}).catch(announceRefusal)
  }, { signal })
  return all(() => gone.abort(), ...["state", "new_host", "room_changed"].map((type) => room.on(type, show)))
}
