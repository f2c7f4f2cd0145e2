// @ts-check
/** A message as it is shown outside the list: in a search, and over the picture. Nobody edits or deletes it there. */

import { renderMessage } from "./message_list.js"

/**
 * @param {import("../../core/protocol.js").CommentState} comment
 * @param {import("../room/session.js").RoomSession} room
 */
export function readOnlyMessage(comment, room) {
  const { comments_url: imagesUrl, you } = room.boot
  return renderMessage(comment, {
    userId: you.user_id,
    username: you.username,
    removable: false,
    imagesUrl,
    nameOf: (id) => room.state.members.get(id)?.username,
  })
}
