import assert from "node:assert/strict"
import { test } from "node:test"

import { limitOf, readiness, requestFor } from "../../../static/js/core/start/ready_check.js"

const people = ["ana", "mira", "pip"].map((user_id) => ({ user_id, username: user_id }))
const check = {
  user_id: "mira",
  username: "mira",
  since: 1000,
  ready: ["mira", "gone"],
  starts: true,
  deadline: null,
}

test("members who are present are ready or missing; marks of others do not count", () => {
  const { ready, missing } = readiness(check, people)
  assert.deepEqual(ready, [people[1]])
  assert.deepEqual(missing, [people[0], people[2]])
})

test("a choice is the one that the check was opened with", () => {
  for (const limit of ["all", "ask", "30", "300"]) {
    const { start, deadline_s } = requestFor(limit)
    const opened = { ...check, starts: start, deadline: deadline_s ? check.since + deadline_s * 1000 : null }
    assert.equal(limitOf(opened), limit)
  }
})
