// The page's reducer behind stdin and stdout: one JSON request per line, one JSON response per line.
import { createInterface } from "node:readline"
import { RoomStore } from "../../static/js/core/room/room_store.js"

const logs = new Map()

const answers = {
  open: ({ log }) => void logs.set(log, new RoomStore()),
  take: ({ log, envelope, now }) => void logs.get(log).receive(envelope, now),
  due: ({ log, now }) => logs.get(log).due(now),
  resume: ({ log }) => logs.get(log).resume(),
  state: ({ log }) => {
    const { timeline, room, comments, revision, comment_seq } = logs.get(log).state
    return { timeline, host_id: room.host_id, comments: comments.map(({ user_id, text }) => [user_id, text]), revision, comment_seq }
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line)
  console.log(JSON.stringify(answers[question.ask](question) ?? null))
}
