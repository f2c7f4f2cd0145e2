// The page's reducer behind stdin and stdout: one JSON request per line, one JSON response per line.
import { createInterface } from "node:readline"
import { QueueStore } from "../../static/js/core/room/queue_store.js"
import {
  isHost,
  may,
  mayAdd,
  mayAskPolls,
  mayChangeQueueRules,
  mayChangeRights,
  mayReact,
  mayWrite,
} from "../../static/js/core/room/rights.js"
import { RoomStore } from "../../static/js/core/room/room_store.js"
import { mayClaimHost, mayRemove } from "../../static/js/page/room/members.js"

const logs = new Map()

const answers = {
  open: ({ log }) => {
    const store = new RoomStore()
    store.attachQueue(new QueueStore(), 0)
    logs.set(log, store)
  },
  take: ({ log, envelope, now }) => void logs.get(log).receive(envelope, now),
  due: ({ log, now }) => logs.get(log).due(now),
  resume: ({ log }) => logs.get(log).resume(),
  offers: ({ log, rights, now, others }) => {
    const { state } = logs.get(log)
    const removable = others.map((id) => [`remove ${id}`, mayRemove(state, state.members.get(id))])
    return {
      ...Object.fromEntries([...rights.map((right) => [right, may(state, right)]), ...removable]),
      chat: mayWrite(state, now),
      react: mayReact(state, now),
      queue_add: mayAdd(state),
      queue_rules: mayChangeQueueRules(state),
      set_right: mayChangeRights(state),
      poll: mayAskPolls(state),
      appoint: isHost(state),
      claim_host: mayClaimHost(state),
    }
  },
  state: ({ log }) => {
    const { timeline, room, comments, revision, comment_seq, queue } = logs.get(log).state
    const said = comments.map(({ user_id, text }) => [user_id, text])
    return { timeline, host_id: room.host_id, comments: said, revision, comment_seq, queue }
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line)
  console.log(JSON.stringify(answers[question.ask](question) ?? null))
}
