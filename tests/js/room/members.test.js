import assert from "node:assert/strict"
import { test } from "node:test"
import { addReports, replaceMembers, updateMember, withRole } from "../../../static/js/core/room/members.js"
import { mayRemove, memberStatus, othersFailMessage } from "../../../static/js/page/room/members.js"
import * as texts from "../../../static/js/page/streams/stream_messages.js"

const member = (user_id, role = "member") => ({
  user_id,
  username: user_id,
  avatar_url: null,
  role,
  may_control: false,
})

test("a member who becomes a moderator keeps the last report, and a member who left does not return", () => {
  const before = replaceMembers([/** @type {any} */ ({ ...member("bob"), drift_ms: 3 })])
  const after = updateMember(before, member("bob", "moderator"))
  assert.deepEqual([after.get("bob")?.role, after.get("bob")?.drift_ms], ["moderator", 3])
  assert.equal(updateMember(before, member("carol", "moderator")).has("carol"), false)
})

const room = /** @type {any} */ ({ host_id: "host", owner_id: "owner", control_policy: "host" })

test("you may moderate while you are a moderator", () => {
  const you = { ...member("bob"), device_id: null, is_owner: false, may_moderate: false }
  const trusted = withRole(you, member("bob", "moderator"), room)
  assert.equal(trusted.may_moderate, true)
  assert.equal(withRole(trusted, member("bob"), room).may_moderate, false)
})

test("a host may kick any member but the owner, a moderator only members", () => {
  const as = (user_id, role) => ({ you: { ...member(user_id, role), may_moderate: role !== "member" }, room })
  const whom = (state) =>
    [member("host", "host"), member("owner"), member("mod", "moderator"), member("bob")]
      .filter((one) => mayRemove(state, one))
      .map(({ user_id }) => user_id)
  assert.deepEqual(whom(as("host", "host")), ["mod", "bob"])
  assert.deepEqual(whom(as("other", "moderator")), ["bob"])
  assert.deepEqual(whom(as("eve", "member")), [])
})

/** What alice, the host, reads. */
function hostReads(reports, { late = false, phase = "playing", hostId = "alice" } = {}) {
  const members = new Map(
    Object.entries(reports).map(([id, report]) => [id, { ...member(id), username: id, ...report }]),
  )
  /** @type {any} */
  const room = {
    boot: { you: { user_id: "alice" } },
    state: { you: member("alice", "host"), room: { host_id: hostId }, members, timeline: { phase } },
    player: { lacking: null, standstill: { late } },
  }
  return othersFailMessage(room, texts)
}

test("the host reads whose player cannot go on, and why", () => {
  const expired = { state: "playing", fault: "expired" }
  assert.equal(hostReads({ alice: expired, Bob: { state: "playing" } }), "")
  const text = "Cannot load more of this: Bob. The media server no longer sends it (403)."
  assert.equal(hostReads({ Bob: expired }), text)
  assert.equal(hostReads({ Bob: expired }, { hostId: "Bob" }), "")
  assert.equal(hostReads({ Bob: expired, Cy: { fault: "gone" } }), "Cannot load more of this: Bob, Cy.")
  assert.equal(
    hostReads({ Bob: { state: "error", fault: "missing" }, Cy: expired }),
    "Cannot play this: Bob. The media server has nothing at the address (404).",
  )
  assert.equal(
    hostReads({ Bob: { state: "error", fault: "page" } }),
    "Cannot play this: Bob. This address is not a stream.",
  )
  assert.equal(hostReads({ Bob: { state: "error", fault: "of_tomorrow" } }), "Cannot play this: Bob.")
  assert.equal(
    hostReads({ Bob: { state: "empty", fault: "other_browser" }, Cy: { state: "empty" } }),
    "Cannot play this: Bob. The browser mixes up parts of MP4 and Matroska files; Firefox and Chromium play them.",
  )
  const codec = { state: "error", fault: "codec", lacks: { track: "all", codec: "HEVC" } }
  assert.equal(hostReads({ Bob: codec }), "Cannot play this (HEVC): Bob.")
})

test("the host reads who is too slow, unless the room waits or the host's player stands still too", () => {
  const Bob = { state: "stalled", fault: "late" }
  assert.equal(hostReads({ Bob }), "The media arrive too slowly for Bob.")
  assert.equal(hostReads({ Bob }, { phase: "holding" }), "")
  assert.equal(hostReads({ Bob }, { late: true }), "")
})

test("a member whose page is hidden for a while is away, and one with another page is not", () => {
  const report = (state) => [{ user_id: "bob", current_time: 0, is_playing: true, is_synced: true, state }]
  const room = { connection: { status: "open" }, boot: { you: { user_id: "alice" } }, state: { room: {} } }
  let members = replaceMembers([{ user_id: "bob", username: "Bob", role: "member" }])
  const at = (state, atMs) => {
    members = addReports(members, report(state), atMs)
    return members.get("bob").away
  }
  assert.equal(at("playing", 1000), false)
  assert.equal(at("hidden", 4000), false) // a look at another tab
  assert.equal(at("playing", 7000), false)
  assert.equal(at("hidden", 10_000), false)
  assert.equal(at("hidden", 18_000), true)
  assert.equal(memberStatus(members.get("bob"), room), "in the background")
  assert.equal(at("playing", 19_000), false)
})
