// @ts-check
// Rendered by `manage.py render_protocol` from types.py, commands.py, events.py and player.py in watchium/protocol:
// change it there.

/**
 * The fields that every message has, in either direction.
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
 * @typedef {object} UserRef
 * @property {string} user_id
 * @property {string} username
 */

/**
 * The room waits: `why` is `stall` or `ready`, `until` the server time at which it goes on at the latest.
 * @typedef {object} Hold
 * @property {string} why
 * @property {UserRef[]} who
 * @property {number} until
 */

/**
 * The room's playback at `timestamp`. `phase`: idle, paused, playing, holding (then `hold` is there) or ended. `duration_source`: `exact`, or where an estimate comes from: `tags`, `metadata` of a player, `passed` by a player, `ended` there.
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
 * @property {string | null} [duration_source]
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
 * @typedef {object} HostGrace
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
 * @property {HostGrace | null} seat
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
 * @typedef {object} MemberReport
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
 * @typedef {object} MemberRef
 * @property {string} user_id
 */

/**
 * @typedef {object} OptionalPosition
 * @property {number | null} [current_time]
 * @property {number | null} [at]
 */

/**
 * @typedef {object} SeekTarget
 * @property {number} current_time
 * @property {number | null} [at]
 */

/**
 * @typedef {object} RateChange
 * @property {number} rate
 * @property {number | null} [at]
 */

/**
 * @typedef {object} MediaRequest
 * @property {string} media_url
 * @property {string | null} [title]
 */

/**
 * `at`: server time of the sample. `revision`: of the timeline the player follows. `state`: what it does. `duration`: how long the player thinks the medium is. `ended_at`: its data ended there while it was in step. `latency_ms`: the fastest round trip; `late_ms`: how much longer nineteen of twenty take at most. States: loading, ready, paused, tracking (or playing), stalled (or buffering), hidden, suspended, blocked, stopped (or off), degraded, ended, broken_off, unaligned (it plays, and cannot be taken to the room's position), empty, error. A room that waits, waits for loading and stalled ones.
 * @typedef {object} PlayerReport
 * @property {number} current_time
 * @property {boolean} is_playing
 * @property {boolean} is_synced
 * @property {number | null} [at]
 * @property {number | null} [revision]
 * @property {number | null} [duration]
 * @property {number | null} [ended_at]
 * @property {number | null} [drift_ms]
 * @property {number | null} [latency_ms]
 * @property {number | null} [late_ms]
 * @property {number | null} [start_cost_ms]
 * @property {number | null} [seek_cost_ms]
 * @property {string | null} [state]
 */

/**
 * @typedef {object} PingTime
 * @property {number} t0
 */

/**
 * `since`: last revision applied; `last_comment_id`: last `seq` of a comment applied.
 * @typedef {object} LastApplied
 * @property {number} [since]
 * @property {number} [last_comment_id]
 */

/**
 * `reason`: network, seek, hidden or decode. `latency_ms`: the fastest round trip measured lately. `waited_ms` and the `reason` it began with come at its end.
 * @typedef {object} BufferReport
 * @property {number | null} [current_time]
 * @property {string | null} [reason]
 * @property {number | null} [waited_ms]
 * @property {number | null} [latency_ms]
 */

/**
 * @typedef {object} CommentDraft
 * @property {string} text
 * @property {number | null} [reply_to]
 */

/**
 * @typedef {object} CommentRef
 * @property {number} id
 */

/**
 * @typedef {object} Emoji
 * @property {string} emoji
 */

/**
 * @typedef {object} RemovalRequest
 * @property {string} user_id
 * @property {string} [why]
 */

/**
 * @typedef {object} BanRequest
 * @property {string} user_id
 * @property {number} minutes
 * @property {string} [why]
 */

/**
 * @typedef {object} ModeratorChange
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
 * @property {string | null} [duration_source]
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
 * @property {string | null} [duration_source]
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
 * @property {string | null} [duration_source]
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
 * @typedef {object} MemberList
 * @property {MemberState[]} members
 */

/**
 * @typedef {object} Departure
 * @property {string} user_id
 * @property {string} username
 * @property {string} reason
 */

/**
 * @typedef {object} DeletedComment
 * @property {number} id
 * @property {number} seq
 */

/**
 * @typedef {object} SentReaction
 * @property {string} user_id
 * @property {string} username
 * @property {string} emoji
 */

/**
 * @typedef {object} MemberReports
 * @property {MemberReport[]} members
 */

/**
 * @typedef {object} PongTimes
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
 * `code` for programs, `message` for people; HTTP answers carry the same object as their body. `detail`: what is wrong with a message and where in it, for who writes a program.
 * @typedef {object} Problem
 * @property {string} code
 * @property {string} message
 * @property {string | null} [event_id]
 * @property {number | null} [retry_after_ms]
 * @property {string | null} [detail]
 */

/**
 * @typedef {object} Health
 * @property {boolean} degraded
 */

/**
 * @typedef {object} ClosingNotice
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

/**
 * Something of the library. `kind` is `audio` or `video`; `duration` in seconds, null where nobody knows yet. `album_id` tells albums of one name apart; empty for what is of none. `missing`: the file is gone for now; it cannot be played, and keeps its place in queues.
 * @typedef {object} Item
 * @property {number} id
 * @property {string} title
 * @property {string} artist
 * @property {string} album
 * @property {string} album_id
 * @property {number | null} duration
 * @property {string} kind
 * @property {string} mime
 * @property {string} url
 * @property {string | null} cover
 * @property {boolean} [missing]
 */

/**
 * A place in the queue; the same item may be in it twice, as two entries.
 * @typedef {object} QueueEntry
 * @property {string} id
 * @property {number} item
 */

/**
 * A device's player. `position` held at server time `at`; while it plays, it goes on from there by `rate`. `current`: the entry that is on, null where none is.
 * @typedef {object} PlayerState
 * @property {number} revision
 * @property {QueueEntry[]} entries
 * @property {string | null} current
 * @property {number} position
 * @property {number} at
 * @property {boolean} is_playing
 * @property {number} rate
 * @property {any} repeat
 * @property {boolean} can_undo
 * @property {boolean} can_redo
 */

/**
 * Of a player's state what is not as it was before; `position` and `at` always together.
 * @typedef {object} PlayerChanges
 * @property {QueueEntry[]} [entries]
 * @property {string | null} [current]
 * @property {number} [position]
 * @property {number} [at]
 * @property {boolean} [is_playing]
 * @property {number} [rate]
 * @property {any} [repeat]
 * @property {boolean} [can_undo]
 * @property {boolean} [can_redo]
 */

/**
 * One device of an account. `device` is a name for it that says nothing, `item` what is on there. `position` held at `at`. `seen_at`: when it was last heard of. One that was closed while it played does not play. Where one is while it plays on, is told to its own tabs alone: ask `GET /api/player/` for how it is now.
 * @typedef {object} DeviceState
 * @property {string} device
 * @property {string} name
 * @property {boolean} is_playing
 * @property {Item | null} item
 * @property {number} position
 * @property {number} at
 * @property {number} rate
 * @property {number} entries
 * @property {number} seen_at
 */

/**
 * One of the three: an entry is there already; an item, or several of which the first begins, are put in behind what is on, unless they come there anyway.
 * @typedef {object} PlayTarget
 * @property {number | null} [item_id]
 * @property {number[] | null} [item_ids]
 * @property {string | null} [entry_id]
 * @property {number} [position]
 */

/**
 * `position`: of the tab that sounds, about `entry_id`; without them it is where the timeline is.
 * @typedef {object} PausePosition
 * @property {string | null} [entry_id]
 * @property {number | null} [position]
 */

/**
 * @typedef {object} PlayerSeekTarget
 * @property {number} position
 * @property {number} base_revision
 */

/**
 * @typedef {object} PlayerRate
 * @property {number} rate
 */

/**
 * @typedef {object} RepeatMode
 * @property {any} repeat
 */

/**
 * `next`: behind what is on, instead of at the end.
 * @typedef {object} ItemsToAdd
 * @property {number[]} item_ids
 * @property {boolean} [next]
 */

/**
 * @typedef {object} EntryRef
 * @property {string} entry_id
 */

/**
 * `before`: the entry it is to stand before, null for the end.
 * @typedef {object} EntryMove
 * @property {string} entry_id
 * @property {string | null} [before]
 */

/**
 * `entry_id`: what is on; where another one is by now, nothing happens. `ended`: it played to its end. With `base_revision` nothing happens either where another track was put on since: a track that is repeated ends once.
 * @typedef {object} TrackStep
 * @property {string} entry_id
 * @property {boolean} [ended]
 * @property {number | null} [base_revision]
 */

/**
 * @typedef {object} BaseRevision
 * @property {number} base_revision
 */

/**
 * `how`: `replace` what is here by what is there, or `merge`: what is there comes behind what is here.
 * @typedef {object} TransferRequest
 * @property {string} device
 * @property {any} how
 */

/**
 * @typedef {object} DeviceRef
 * @property {string} device
 */

/**
 * Where the tab that sounds is; saved, told to the other tabs, and without a revision of its own. `revision`: what the tab knew of; a report that was on its way while somebody sought is not taken. `leaving`: the last it says. Where no other tab goes on within a second or two, nobody does. `duration`: how long its player thinks the track is, which may be better than what the library knows.
 * @typedef {object} PositionReport
 * @property {string} entry_id
 * @property {number} position
 * @property {string} tab
 * @property {number | null} [revision]
 * @property {boolean} [leaving]
 * @property {number | null} [duration]
 */

/**
 * `instead_of`: take the sound only where this tab still has it (null: nobody); left out: take it anyway. `want` false gives it back. Only for browsers without Web Locks: the others settle it among themselves.
 * @typedef {object} AudioFocusRequest
 * @property {string} tab
 * @property {boolean} want
 * @property {string | null} [instead_of]
 */

/**
 * @typedef {object} KnownRevision
 * @property {number} [since]
 */

/**
 * `items`: those the queue is of, each once.
 * @typedef {object} PlayerSnapshot
 * @property {PlayerState} state
 * @property {Item[]} items
 */

/**
 * `device` names this device; `sounding` is the tab that has the sound where tabs cannot settle it themselves. `devices`: of the account, none without one.
 * @typedef {object} PlayerWelcomeState
 * @property {PlayerState} state
 * @property {Item[]} items
 * @property {string} device
 * @property {DeviceState[]} devices
 * @property {string | null} sounding
 * @property {Limits} limits
 * @property {string} clock_id
 */

/**
 * `items`: those that `changed` speaks of for the first time. `cause`: the command that did it; null: nobody.
 * @typedef {object} PlayerChange
 * @property {PlayerChanges} changed
 * @property {Item[]} items
 * @property {string | null} cause
 * @property {string | null} event_id
 */

/**
 * @typedef {object} PlayerHeadState
 * @property {number} revision
 */

/**
 * `position` held at the envelope's `timestamp`; `revision`: how far the player was by then.
 * @typedef {object} PositionState
 * @property {string} entry_id
 * @property {number} position
 * @property {string} tab
 * @property {number} revision
 * @property {number | null} [duration]
 */

/**
 * @typedef {object} AudioFocusState
 * @property {string | null} tab
 */

/**
 * @typedef {object} DevicesState
 * @property {DeviceState[]} devices
 */

/**
 * @typedef {object} DevicePreview
 * @property {PlayerState} state
 * @property {Item[]} items
 * @property {string} device
 * @property {string} name
 */

/** Messages to the server. */
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
  PlayTrack: "play_track",
  Resume: "resume",
  SetRepeat: "set_repeat",
  QueueAdd: "queue_add",
  QueueRemove: "queue_remove",
  QueueMove: "queue_move",
  QueueClear: "queue_clear",
  Next: "next",
  Previous: "previous",
  Undo: "undo",
  Redo: "redo",
  ContinueHere: "continue_here",
  ForgetDevice: "forget_device",
  LookAtDevice: "look_at_device",
  Position: "position",
  Sound: "sound",
})

/** Messages from the server. */
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
  Player: "player",
  PlayerState: "player_state",
  PlayerHead: "player_head",
  Position: "position",
  Sound: "sound",
  Devices: "devices",
  Device: "device",
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

/** Close codes of a socket. 4000-4499: reconnect; 4500-4999: do not reconnect. */
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

/** Commands that are answered with `ack` or `error` and are safe to send again. */
export const IDEMPOTENT_COMMANDS = Object.freeze(new Set(["play", "pause", "seek", "set_rate", "load", "comment", "transfer_host", "claim_host", "remove_member", "ban_member", "set_moderator", "continue_without", "play_track", "resume", "set_repeat", "queue_add", "queue_remove", "queue_move", "queue_clear", "next", "previous", "undo", "redo", "continue_here", "forget_device"]))

/** Events that take a revision; each carries the whole timeline. */
export const CHANGES = Object.freeze(new Set(["play", "pause", "seek", "set_rate", "load", "timeline", "new_host", "room_changed"]))

/** Events of rooms and of the lobby. Any other type on a room's socket is a custom event. */
export const ROOM_EVENTS = Object.freeze(new Set(["play", "pause", "seek", "set_rate", "load", "timeline", "new_host", "room_changed", "welcome", "member_joined", "members", "role_changed", "member_left", "seat_held", "seat_kept", "control_asked", "new_comment", "comment_deleted", "reaction", "typing", "presence", "pong", "ack", "head", "events", "error", "status", "closing", "lobby", "lobby_changed"]))

export const MAX_FRAME_BYTES = 16384
