import assert from "node:assert/strict"
import { test } from "node:test"
import { replaceMembers, updateMember, withRole } from "../../../static/js/core/room/members.js"
import { mayRemove } from "../../../static/js/page/room/members.js"

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

test("you may moderate while you are a moderator", () => {
  const you = { ...member("bob"), device_id: null, is_owner: false, may_moderate: false }
  const trusted = withRole(you, member("bob", "moderator"))
  assert.equal(trusted.may_moderate, true)
  assert.equal(withRole(trusted, member("bob")).may_moderate, false)
})

test("a host may kick any member but the owner, a moderator only members", () => {
  const room = { host_id: "host", owner_id: "owner", control_policy: "host" }
  const as = (user_id, role) => ({ you: { ...member(user_id, role), may_moderate: role !== "member" }, room })
  const whom = (state) =>
    [member("host", "host"), member("owner"), member("mod", "moderator"), member("bob")]
      .filter((one) => mayRemove(state, one))
      .map(({ user_id }) => user_id)
  assert.deepEqual(whom(as("host", "host")), ["mod", "bob"])
  assert.deepEqual(whom(as("other", "moderator")), ["bob"])
  assert.deepEqual(whom(as("eve", "member")), [])
})
