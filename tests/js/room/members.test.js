import assert from "node:assert/strict"
import { test } from "node:test"
import { replaceMembers, updateMember, withRole } from "../../../static/js/core/room/members.js"
import { completed, shortened } from "../../../static/js/page/lib/urls.js"
import { maySendOut } from "../../../static/js/page/room/permissions.js"
import { initials } from "../../../static/js/page/ui/avatar.js"

const member = (user_id, role = "member") => ({
  user_id,
  username: user_id,
  avatar_url: null,
  role,
  may_control: false,
})

test("who is called a moderator keeps what was known of them, and somebody who left does not come back", () => {
  const here = replaceMembers([{ ...member("bob"), drift_ms: 3 }])
  const after = updateMember(here, member("bob", "moderator"))
  assert.deepEqual([after.get("bob").role, after.get("bob").drift_ms], ["moderator", 3])
  assert.equal(updateMember(here, member("carol", "moderator")).has("carol"), false)
})

test("you may moderate while you are a moderator", () => {
  const you = { ...member("bob"), device_id: null, is_owner: false, may_moderate: false }
  const trusted = withRole(you, member("bob", "moderator"))
  assert.equal(trusted.may_moderate, true)
  assert.equal(withRole(trusted, member("bob")).may_moderate, false)
})

test("a host sends out anybody but the owner, a moderator only members", () => {
  const room = { host_id: "host", owner_id: "owner", control_policy: "host" }
  const as = (user_id, role) => ({ you: { ...member(user_id, role), may_moderate: role !== "member" }, room })
  const whom = (state) =>
    [member("host", "host"), member("owner"), member("mod", "moderator"), member("bob")]
      .filter((one) => maySendOut(state, one))
      .map(({ user_id }) => user_id)
  assert.deepEqual(whom(as("host", "host")), ["mod", "bob"])
  assert.deepEqual(whom(as("other", "moderator")), ["bob"])
  assert.deepEqual(whom(as("eve", "member")), [])
})

test("a link without a scheme is one of the web; a path of this server stays", () => {
  assert.equal(completed(" example.com/film.mp4 "), "https://example.com/film.mp4")
  assert.equal(completed("//example.com/film.mp4"), "https://example.com/film.mp4")
  assert.equal(completed("localhost:8000/film.mp4"), "https://localhost:8000/film.mp4")
  assert.equal(completed("http://example.com"), "http://example.com")
  assert.equal(completed("/media/samples/clip.webm"), "/media/samples/clip.webm")
  assert.equal(completed(""), "")
})

test("a long address keeps its host and its end", () => {
  const address = `https://example.com/${"x".repeat(500)}/film.mp4`
  assert.ok(
    shortened(address).length < 70 &&
      shortened(address).startsWith("https://example.com/") &&
      shortened(address).endsWith("/film.mp4"),
  )
})

test("initials are letters", () => {
  assert.deepEqual(["Mira Kowalska", "mira", "🎬 Tom 42", "-- 7", "ana_b"].map(initials), [
    "MK",
    "M",
    "T",
    "",
    "AB",
  ])
})
