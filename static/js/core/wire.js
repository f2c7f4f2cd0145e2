// @ts-check
// Rendered from watchium/wire/messages.py by `manage.py render_wire`: change it there.

/**
 * What travels, in either direction.
 * @typedef {{type: string, room_id: string | null, timestamp: number, revision: number | null, payload: any}} Envelope
 */

/**
 * What can be played: its address, `kind` is `video` or `audio`.
 * @typedef {object} Media
 * @property {string} url
 * @property {string} kind
 * @property {string} title
 * @property {string | null} [mime]
 */

/**
 * @typedef {object} HeldFor
 * @property {string} user_id
 * @property {string} username
 */

/**
 * The room waits: `why` is `stall` or `ready`, `until` the server time at which it goes on at the latest.
 * @typedef {object} Hold
 * @property {string} why
 * @property {HeldFor[]} who
 * @property {number} until
 */

/**
 * The room's playback at `timestamp`. `phase`: idle, paused, playing, holding (then `hold` is there) or ended.
 * @typedef {object} TimelineState
 * @property {number} revision
 * @property {number} timestamp
 * @property {number} current_time
 * @property {boolean} is_playing
 * @property {number} rate
 * @property {string} phase
 * @property {number | null} duration
 * @property {Media | null} media
 * @property {Hold | null} [hold]
 */

/**
 * @typedef {object} MemberState
 * @property {string} user_id
 * @property {string} username
 * @property {string | null} avatar_url
 * @property {string} role
 * @property {boolean} may_control
 */

/**
 * @typedef {object} You
 * @property {string} user_id
 * @property {string} username
 * @property {string | null} avatar_url
 * @property {string} role
 * @property {boolean} may_control
 * @property {string | null} device_id
 * @property {boolean} is_owner
 * @property {boolean} may_moderate
 */

/**
 * A host's seat kept free until `until` (server time), then given to `next`.
 * @typedef {object} Seat
 * @property {string} user_id
 * @property {string} username
 * @property {number} until
 * @property {string | null} next
 * @property {string | null} next_username
 */

/**
 * `stall_policy`: `carry_on`, or `wait` up to `stall_wait_s` seconds for whoever starves.
 * @typedef {object} RoomState
 * @property {string} room_id
 * @property {string} title
 * @property {string} visibility
 * @property {string} control_policy
 * @property {string | null} owner_id
 * @property {string | null} host_id
 * @property {Seat | null} seat
 * @property {string} epoch
 * @property {boolean} sync_enabled
 * @property {number} sync_tolerance_ms
 * @property {string} [stall_policy]
 * @property {number} [stall_wait_s]
 */

/**
 * @typedef {object} CommentState
 * @property {number} id
 * @property {number} seq
 * @property {string | null} user_id
 * @property {string} username
 * @property {string} text
 * @property {number} current_time
 * @property {string} created_at
 * @property {boolean} is_system_message
 * @property {number | null} reply_to
 */

/**
 * What one member's player last said of itself, as `presence` passes it on.
 * @typedef {object} Report
 * @property {string} user_id
 * @property {number} current_time
 * @property {boolean} is_playing
 * @property {boolean} is_synced
 * @property {number | null} drift_ms
 * @property {number | null} latency_ms
 * @property {string | null} state
 */

/**
 * @typedef {object} Limits
 * @property {number} frame_bytes
 * @property {number} comment_chars
 * @property {number} heartbeat_ms
 * @property {number} reconnect_spread_ms
 */

/**
 * @typedef {object} Where
 * @property {number | null} [current_time]
 * @property {number | null} [at]
 */

/**
 * @typedef {object} SeekTo
 * @property {number} current_time
 * @property {number | null} [at]
 */

/**
 * @typedef {object} RateTo
 * @property {number} rate
 * @property {number | null} [at]
 */

/**
 * @typedef {object} MediaToLoad
 * @property {string} media_url
 * @property {string | null} [title]
 */

/**
 * `at`: server time of the sample. `revision`: of the timeline the player follows. `state`: what it does. `latency_ms`: the fastest round trip; `late_ms`: how much longer nineteen of twenty take at most. States: loading, ready, paused, tracking (or playing), stalled (or buffering), hidden, suspended, blocked, stopped (or off), degraded, ended, empty, error. A room that waits, waits for loading and stalled ones.
 * @typedef {object} PlayerReport
 * @property {number} current_time
 * @property {boolean} is_playing
 * @property {boolean} is_synced
 * @property {number | null} [at]
 * @property {number | null} [revision]
 * @property {number | null} [duration]
 * @property {number | null} [drift_ms]
 * @property {number | null} [latency_ms]
 * @property {number | null} [late_ms]
 * @property {number | null} [start_cost_ms]
 * @property {number | null} [seek_cost_ms]
 * @property {string | null} [state]
 */

/**
 * @typedef {object} ClockQuestion
 * @property {number} t0
 */

/**
 * `since`: last revision applied; `last_comment_id`: last `seq` of a comment applied.
 * @typedef {object} Missed
 * @property {number} [since]
 * @property {number} [last_comment_id]
 */

/**
 * @typedef {object} BufferReport
 * @property {number | null} [current_time]
 * @property {string | null} [reason]
 * @property {number | null} [waited_ms]
 */

/**
 * @typedef {object} NewText
 * @property {string} text
 * @property {number | null} [reply_to]
 */

/**
 * @typedef {object} WhichComment
 * @property {number} id
 */

/**
 * @typedef {object} Emoji
 * @property {string} emoji
 */

/**
 * @typedef {object} WhichMember
 * @property {string} user_id
 */

/**
 * @typedef {object} SomebodyToSend
 * @property {string} user_id
 * @property {string} [why]
 */

/**
 * @typedef {object} SomebodyToBan
 * @property {string} user_id
 * @property {number} minutes
 * @property {string} [why]
 */

/**
 * @typedef {object} Trust
 * @property {string} user_id
 * @property {boolean} moderator
 */

/**
 * The whole timeline as it holds from the envelope's `timestamp`, and who brought it about (nobody: null).
 * @typedef {object} Change
 * @property {number} current_time
 * @property {boolean} is_playing
 * @property {number} rate
 * @property {string} phase
 * @property {number | null} duration
 * @property {Media | null} media
 * @property {string | null} user_id
 * @property {string | null} username
 * @property {string | null} event_id
 * @property {string | null} [cause]
 * @property {Hold | null} [hold]
 */

/**
 * `user_id` and `username` are the new host's; both null: nobody holds the seat.
 * @typedef {object} NewHostChange
 * @property {number} current_time
 * @property {boolean} is_playing
 * @property {number} rate
 * @property {string} phase
 * @property {number | null} duration
 * @property {Media | null} media
 * @property {string | null} user_id
 * @property {string | null} username
 * @property {string | null} event_id
 * @property {string | null} [cause]
 * @property {Hold | null} [hold]
 * @property {string | null} [former_id]
 */

/**
 * @typedef {object} RoomChange
 * @property {number} current_time
 * @property {boolean} is_playing
 * @property {number} rate
 * @property {string} phase
 * @property {number | null} duration
 * @property {Media | null} media
 * @property {string | null} user_id
 * @property {string | null} username
 * @property {string | null} event_id
 * @property {string | null} [cause]
 * @property {Hold | null} [hold]
 * @property {RoomState} room
 */

/**
 * `resumed`: the client's own state still holds; then `timeline` and `comments` are null and `events` follows. `event_id` belongs to the change at `revision`, empty where nobody commanded it: to be named when coming back.
 * @typedef {object} WelcomeState
 * @property {You} you
 * @property {RoomState} room
 * @property {MemberState[]} members
 * @property {TimelineState | null} timeline
 * @property {CommentState[] | null} comments
 * @property {number} revision
 * @property {string} event_id
 * @property {number} comment_seq
 * @property {Limits} limits
 * @property {string} clock_id
 * @property {boolean} resumed
 */

/**
 * Everybody who is here, longest first.
 * @typedef {object} Present
 * @property {MemberState[]} members
 */

/**
 * @typedef {object} WhoLeft
 * @property {string} user_id
 * @property {string} username
 * @property {string} reason
 */

/**
 * @typedef {object} WhoAsks
 * @property {string} user_id
 * @property {string} username
 */

/**
 * @typedef {object} DeletedComment
 * @property {number} id
 * @property {number} seq
 */

/**
 * @typedef {object} Reacted
 * @property {string} user_id
 * @property {string} username
 * @property {string} emoji
 */

/**
 * @typedef {object} Reports
 * @property {Report[]} members
 */

/**
 * @typedef {object} ClockAnswer
 * @property {number} t0
 * @property {number} t1
 * @property {number} t2
 * @property {string} clock_id
 */

/**
 * The answer to a deed, over socket and HTTP alike. `timestamp`: from when the change holds.
 * @typedef {object} Accepted
 * @property {string} event_id
 * @property {number | null} revision
 * @property {number} timestamp
 */

/**
 * @typedef {object} HeadState
 * @property {number} revision
 * @property {number} comment_seq
 * @property {string} epoch
 */

/**
 * What happened since, oldest first. `more`: ask again from the last `revision` and `comment_seq` here.
 * @typedef {object} MissedEvents
 * @property {Envelope[]} events
 * @property {CommentState[]} comments
 * @property {number[]} deleted
 * @property {number} revision
 * @property {number} comment_seq
 * @property {boolean} more
 */

/**
 * `code` for programs, `message` for people; HTTP answers carry the same object as their body.
 * @typedef {object} Problem
 * @property {string} code
 * @property {string} message
 * @property {string | null} [event_id]
 * @property {number | null} [retry_after_ms]
 */

/**
 * @typedef {object} Health
 * @property {boolean} degraded
 */

/**
 * @typedef {object} Goodbye
 * @property {number} code
 * @property {number | null} [retry_after_ms]
 */

/**
 * @typedef {object} LobbyRoom
 * @property {string} room_id
 * @property {string} title
 * @property {number} viewers
 * @property {string | null} playing
 * @property {string | null} host
 */

/**
 * @typedef {object} LobbyState
 * @property {LobbyRoom[]} rooms
 * @property {number} online
 */

/** What a browser may say. */
export const Command = Object.freeze({
  Play: "play",
  Pause: "pause",
  Seek: "seek",
  SetRate: "set_rate",
  Load: "load",
  Heartbeat: "heartbeat",
  Ping: "ping",
  SyncRequest: "sync_request",
  BufferStart: "buffer_start",
  BufferEnd: "buffer_end",
  Comment: "comment",
  DeleteComment: "delete_comment",
  Reaction: "reaction",
  Typing: "typing",
  TransferHost: "transfer_host",
  ClaimHost: "claim_host",
  RemoveMember: "remove_member",
  BanMember: "ban_member",
  SetModerator: "set_moderator",
  AskControl: "ask_control",
  ContinueWithout: "continue_without",
  Leave: "leave",
})

/** What the server says. */
export const Event = Object.freeze({
  Play: "play",
  Pause: "pause",
  Seek: "seek",
  SetRate: "set_rate",
  Load: "load",
  Timeline: "timeline",
  NewHost: "new_host",
  RoomChanged: "room_changed",
  Welcome: "welcome",
  MemberJoined: "member_joined",
  Members: "members",
  RoleChanged: "role_changed",
  MemberLeft: "member_left",
  SeatHeld: "seat_held",
  SeatKept: "seat_kept",
  ControlAsked: "control_asked",
  NewComment: "new_comment",
  CommentDeleted: "comment_deleted",
  Reaction: "reaction",
  Typing: "typing",
  Presence: "presence",
  Pong: "pong",
  Ack: "ack",
  Head: "head",
  Events: "events",
  Error: "error",
  Status: "status",
  Closing: "closing",
  Lobby: "lobby",
  LobbyChanged: "lobby_changed",
})

/** The `code` of an error. */
export const ErrorCode = Object.freeze({
  BadMessage: "bad_message",
  Banned: "banned",
  EventIdConflict: "event_id_conflict",
  Internal: "internal",
  Muted: "muted",
  NameTaken: "name_taken",
  NotFound: "not_found",
  NotHost: "not_host",
  NotMember: "not_member",
  RateLimited: "rate_limited",
  RoomClosed: "room_closed",
  RoomFull: "room_full",
  Stale: "stale",
  TooLong: "too_long",
  Unavailable: "unavailable",
  UnknownMedia: "unknown_media",
  WrongPassphrase: "wrong_passphrase",
})

/** Why a socket was closed. 4000-4499: come back; 4500-4999: do not. */
export const Close = Object.freeze({
  TooSlow: 4008,
  FellBehind: 4010,
  Restart: 4012,
  Flooding: 4029,
  NotAMember: 4501,
  Removed: 4503,
  NoSuchRoom: 4504,
  Reload: 4506,
  TooMany: 4509,
})

/** Commands that change the room: answered by `ack` or `error`, and safe to send again. */
export const DEEDS = Object.freeze(new Set(["play", "pause", "seek", "set_rate", "load", "comment", "transfer_host", "claim_host", "remove_member", "ban_member", "set_moderator", "continue_without"]))

/** Events that take a revision; each carries the whole timeline. */
export const CHANGES = Object.freeze(new Set(["play", "pause", "seek", "set_rate", "load", "timeline", "new_host", "room_changed"]))

export const MAX_FRAME_BYTES = 16384
