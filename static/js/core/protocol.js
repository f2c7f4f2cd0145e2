// @ts-check
// Rendered by `manage.py render_protocol` from the structs in watchium/protocol/: change them there.

/**
 * The fields that every message has, in either direction.
 * @typedef {{type: string, room_id: string | null, timestamp: number, revision: number | null, payload: any}} Envelope
 */

/**
 * What a room plays: its address; `kind` is `video` or `audio`. `source`: how it is played: `file`, `hls`, `dash`, `youtube`, `vimeo`, `twitch`, `library`, `upload` or `own`. `item_id`: the item of the library. `size` in bytes, `duration` and `sha256` (of the first and last 64 KiB) are of the host's copy, if members bring copies of their own; the address of `own` media opens nothing.
 * @typedef {object} Media
 * @property {string} url
 * @property {string} kind
 * @property {string} title
 * @property {string | null} [mime]
 * @property {string} [source]
 * @property {number | null} [item_id]
 * @property {number | null} [size]
 * @property {number | null} [duration]
 * @property {string | null} [sha256]
 */

/**
 * A file of which every member brings a copy: its size in bytes, its duration if known, and the SHA-256 of its first and last 64 KiB. `kind` is `video` or `audio`. A program that cannot read the file names it by its `title` only, with what it knows of size and duration.
 * @typedef {object} OwnCopy
 * @property {number | null} [size]
 * @property {string | null} [sha256]
 * @property {number | null} [duration]
 * @property {string | null} [title]
 * @property {string} [kind]
 */

/**
 * A file that a member uploads to a room. `offset`: bytes that are here. `yours`: this client may send the rest. `state`: arriving, whole or refused; `why`: it was refused, or may not play. `playable`: players may open `url` now.
 * @typedef {object} UploadState
 * @property {string} id
 * @property {string} url
 * @property {string} title
 * @property {number} size
 * @property {string} sha256
 * @property {number} offset
 * @property {string} state
 * @property {string} why
 * @property {boolean} playable
 * @property {string} kind
 * @property {string | null} username
 * @property {boolean} yours
 */

/**
 * @typedef {object} UserRef
 * @property {string} user_id
 * @property {string} username
 */

/**
 * The room waits for members. `why` is `stall` or `ready`; it resumes at server time `until` at the latest.
 * @typedef {object} Hold
 * @property {string} why
 * @property {UserRef[]} who
 * @property {number} until
 */

/**
 * The room's playback at `timestamp`. `phase`: idle, paused, playing, holding (then `hold` is set) or ended. `duration_source`: `exact`, or the source of an estimate: `tags`, `metadata` of a player, `passed` by a player, `ended` in a player.
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
 * `exceptions` to the room's `rights`: true if this member was given a right, false if it was taken. `muted_until`: the server time until which the member may not write. Both are left out if there are none.
 * @typedef {object} MemberState
 * @property {string} user_id
 * @property {string} username
 * @property {string | null} avatar_url
 * @property {string} role
 * @property {boolean} may_control
 * @property {Record<string, boolean>} [exceptions]
 * @property {number | null} [muted_until]
 */

/**
 * The client's own member state.
 * @typedef {object} You
 * @property {string} user_id
 * @property {string} username
 * @property {string | null} avatar_url
 * @property {string} role
 * @property {boolean} may_control
 * @property {Record<string, boolean>} [exceptions]
 * @property {number | null} [muted_until]
 * @property {string | null} device_id
 * @property {boolean} is_owner
 * @property {boolean} may_moderate
 */

/**
 * The host's grace period: until `until` (server time) the host may return, then `next` becomes host.
 * @typedef {object} HostGrace
 * @property {string} user_id
 * @property {string} username
 * @property {number} until
 * @property {string | null} next
 * @property {string | null} next_username
 */

/**
 * Captions that a member gave to everyone. `language`: a code such as `en`, or empty; `url`: of the file.
 * @typedef {object} SharedCaptions
 * @property {string} id
 * @property {string} label
 * @property {string} language
 * @property {string} url
 */

/**
 * A chapter that a member typed: where it starts, in seconds, and its title, which may be empty.
 * @typedef {object} TypedChapter
 * @property {number} start
 * @property {string} title
 */

/**
 * A member (`user_id`, `username`) asked at server time `since` whether everyone is ready. `ready`: the user_ids of those who are; a member who leaves is taken off. `starts`: playback starts once all present members are ready, and at server time `deadline` without those who are missing (null: it waits for all).
 * @typedef {object} ReadyCheck
 * @property {string} user_id
 * @property {string} username
 * @property {number} since
 * @property {string[]} ready
 * @property {boolean} starts
 * @property {number | null} deadline
 */

/**
 * `media`: what is added to the queue if the answer wins, or null. `votes`: the user_ids of those who chose it.
 * @typedef {object} PollAnswer
 * @property {string} text
 * @property {Media | null} media
 * @property {string[]} votes
 */

/**
 * A question of a member (`user_id`, `username`; empty once they were deleted), open until it is closed, at server time `closes_at` at the latest (null: by hand only). `winner`: the index of the answer with most votes once it is closed, the first of several; null without votes.
 * @typedef {object} PollState
 * @property {string} id
 * @property {string} question
 * @property {PollAnswer[]} answers
 * @property {string} user_id
 * @property {string} username
 * @property {number | null} closes_at
 * @property {boolean} closed
 * @property {number | null} winner
 */

/**
 * Who has each right: everyone, the host and `moderators`, or the `host` alone. `control` playback; change the `media`; `queue_add`, `queue_edit`: add to the queue, and change what others added; write in the `chat`; `react`; `invite` others; `remove` members and their comments; change the `settings`, which the owner always may.
 * @typedef {object} RoomRights
 * @property {"everyone" | "host" | "moderators"} [control]
 * @property {"everyone" | "host" | "moderators"} [media]
 * @property {"everyone" | "host" | "moderators"} [queue_add]
 * @property {"everyone" | "host" | "moderators"} [queue_edit]
 * @property {"everyone" | "host" | "moderators"} [chat]
 * @property {"everyone" | "host" | "moderators"} [react]
 * @property {"everyone" | "host" | "moderators"} [invite]
 * @property {"everyone" | "host" | "moderators"} [remove]
 * @property {"everyone" | "host" | "moderators"} [settings]
 */

/**
 * Rules of the chat for everyone except the host and moderators. `slow_mode_s`: seconds between two comments of one member, 0: any. `enabled`: the chat is open. `links`: comments may contain links. `filtered`: some words are not allowed. `newcomer_wait_s`: for how long a new member is muted.
 * @typedef {object} ChatRules
 * @property {number} [slow_mode_s]
 * @property {boolean} [enabled]
 * @property {boolean} [links]
 * @property {boolean} [filtered]
 * @property {number} [newcomer_wait_s]
 */

/**
 * `stall_policy`: `carry_on`, or `wait` up to `stall_wait_s` seconds for a member whose player has no data. `caption_shift_ms`: how much later captions are shown to everyone than their file says; `captions`: what members gave to everyone; `chapters`: what a member typed for the media. A `load` sets them to 0 and to nothing. `countdown`: starts are scheduled three seconds later, so that players count 3, 2, 1. `premiere_at`: the server time at which playback starts by itself; past once it did. `ready_check` is null unless one is open; `poll` is the last one, open or closed. `notices_in_chat`: system comments say who played, paused, sought or changed the speed. `keep_evenings`: reactions are stored, and each evening is kept to be played again. `control_policy` is `rights.control`. `seat_hold_s`: the host's grace period; `capacity`: members at most, null: as many as the instance allows. `successor_id`: the member whom the host named as successor. `knock`: who may remove members is asked before a person joins.
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
 * @property {number} [caption_shift_ms]
 * @property {SharedCaptions[]} [captions]
 * @property {TypedChapter[]} [chapters]
 * @property {boolean} [countdown]
 * @property {number | null} [premiere_at]
 * @property {ReadyCheck | null} [ready_check]
 * @property {PollState | null} [poll]
 * @property {boolean} [notices_in_chat]
 * @property {boolean} [keep_evenings]
 * @property {number} [seat_hold_s]
 * @property {number | null} [capacity]
 * @property {string | null} [successor_id]
 * @property {boolean} [knock]
 * @property {RoomRights} [rights]
 * @property {ChatRules} [chat]
 */

/**
 * An emoji that members gave to a message, the first of them first.
 * @typedef {object} CommentReaction
 * @property {string} emoji
 * @property {string[]} user_ids
 */

/**
 * @typedef {object} ImageSize
 * @property {number} width
 * @property {number} height
 */

/**
 * What a system message says, so that each reader gets it in their own language. `code`: such as `joined`; `values`: what the sentence names, such as `name`. Clients show the `text` of codes that they do not know.
 * @typedef {object} Notice
 * @property {string} code
 * @property {Record<string, string | number>} [values]
 */

/**
 * `edited`: the author changed the text afterwards. `image`: of that size, at `.../comments/<id>/image/`. `note` of a system message: `presence` if it says who joined or left. `notice`: what it says; null in messages of older servers. Its `text` is in the server's language.
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
 * @property {string} [note]
 * @property {Notice | null} [notice]
 * @property {boolean} [edited]
 * @property {CommentReaction[]} [reactions]
 * @property {ImageSize | null} [image]
 */

/**
 * A person who asks to join, and waits for an answer until server time `until`.
 * @typedef {object} WaitingPerson
 * @property {string} user_id
 * @property {string} username
 * @property {number} until
 */

/**
 * What a member's player cannot play: the `sound` or the `picture` of the media, or `all` of it. `codec`: its format, if the player knows it.
 * @typedef {object} MissingTrack
 * @property {"all" | "picture" | "sound"} track
 * @property {string | null} [codec]
 */

/**
 * The latest report of one member's player, in `presence`.
 * @typedef {object} MemberReport
 * @property {string} user_id
 * @property {number} current_time
 * @property {boolean} is_playing
 * @property {boolean} is_synced
 * @property {number | null} drift_ms
 * @property {number | null} latency_ms
 * @property {string | null} state
 * @property {MissingTrack | null} [lacks]
 * @property {string | null} [fault]
 * @property {string | null} [copy]
 * @property {number | null} [longer_s]
 * @property {string | null} [player]
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
 * An address, an item of the library, or a file that every member brings: then the item is for members without one. `mime`: the media type, where the address does not show it.
 * @typedef {object} MediaRequest
 * @property {string | null} [media_url]
 * @property {number | null} [item_id]
 * @property {OwnCopy | null} [own]
 * @property {string | null} [title]
 * @property {string | null} [mime]
 */

/**
 * `ms`: positive if captions are shown later than their file says.
 * @typedef {object} CaptionShift
 * @property {number} ms
 */

/**
 * In any order; an empty list takes them away. Titles keep their first 80 characters.
 * @typedef {object} ChapterList
 * @property {TypedChapter[]} chapters
 */

/**
 * `at`: server time of the sample. `revision`: of the timeline that the player follows. `duration`: the media's length according to the player. `ended_at`: its data ended there while it was in sync. `latency_ms`: the shortest round trip; `late_ms`: how much longer 19 of 20 round trips take at most. `lacks`: what it cannot play of the media. `fault`: why it cannot load it, or no more of it, or not fast enough. `player`: the member's program, such as `Syncplay`, unless it is a page. `copy`: how the member's own file compares with the room's media: same, similar (probably the same, another copy), different, unknown, or missing. `longer_s`: by how much a different file is longer (negative: shorter). States: loading, ready, paused, tracking (or playing), stalled (or buffering), hidden, suspended, blocked, stopped (or off), degraded, ended, broken_off, unaligned (it plays but cannot seek to the room's position), catching_up (it plays what the room has played before, faster), empty, error, companion (a second screen, which has no player and only wants the `head`). A waiting room waits for members that are loading or stalled.
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
 * @property {MissingTrack | null} [lacks]
 * @property {string | null} [fault]
 * @property {string | null} [copy]
 * @property {number | null} [longer_s]
 * @property {string | null} [player]
 */

/**
 * @typedef {object} PingTime
 * @property {number} t0
 */

/**
 * `since`: the last applied revision; `last_comment_id`: the last applied `seq` of a comment; `queue_revision`: the last applied revision of the queue, left out if the client shows none.
 * @typedef {object} LastApplied
 * @property {number} [since]
 * @property {number} [last_comment_id]
 * @property {number | null} [queue_revision]
 */

/**
 * `reason`: network, seek, hidden or decode. `latency_ms`: the shortest recent round trip. `buffer_end` carries `waited_ms` and the `reason` of its `buffer_start`.
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
 * `why`: the former name of `reason`.
 * @typedef {object} RemovalRequest
 * @property {string} user_id
 * @property {string} [reason]
 * @property {string} [why]
 */

/**
 * `person_only`: others at the same address may join. `range`: nor all addresses around it, the /24 of an IPv4 address or the /48 of an IPv6 address. `why`: the former name of `reason`.
 * @typedef {object} BanRequest
 * @property {string} user_id
 * @property {number} minutes
 * @property {string} [reason]
 * @property {boolean} [person_only]
 * @property {boolean} [range]
 * @property {string} [why]
 */

/**
 * @typedef {object} ModeratorChange
 * @property {string} user_id
 * @property {boolean} moderator
 */

/**
 * `moment`: the position to which the member would go.
 * @typedef {object} ControlWish
 * @property {number | null} [moment]
 */

/**
 * @typedef {object} CommentEdit
 * @property {number} id
 * @property {string} text
 */

/**
 * `on` is false to take the reaction back.
 * @typedef {object} ReactionToComment
 * @property {number} id
 * @property {string} emoji
 * @property {boolean} on
 */

/**
 * Of one member (`user_id`) or of a `role`: member, moderator or host. A right that a role is given or loses, those above it have too, and those below it lose too.
 * @typedef {object} RightChange
 * @property {"chat" | "control" | "invite" | "media" | "queue_add" | "queue_edit" | "react" | "remove" | "settings"} right
 * @property {boolean} allowed
 * @property {string | null} [user_id]
 * @property {"host" | "member" | "moderator" | null} [role]
 */

/**
 * `user_id`: the member who becomes host when the grace period of an absent host ends; null: no successor.
 * @typedef {object} SuccessorChoice
 * @property {string | null} user_id
 */

/**
 * `on` is false to decline: the person may ask again after ten minutes.
 * @typedef {object} Admission
 * @property {string} user_id
 * @property {boolean} on
 */

/**
 * A member whose browser cannot play an entry. `codec`: its format, if the browser knows it.
 * @typedef {object} EntryFailure
 * @property {string} user_id
 * @property {string} username
 * @property {string | null} [codec]
 */

/**
 * `id` is never used again. `user_id`, `username`: the member who added it; null: the room itself. `votes`: the user_ids of members who want it sooner. `duration` in seconds, null if unknown; `cover`: an address of a picture, or null. `checked`: the server knows that all browsers play it, or a member's browser opened it. `failures`: members whose browsers could not, at most 20.
 * @typedef {object} RoomQueueEntry
 * @property {string} id
 * @property {Media} media
 * @property {number | null} duration
 * @property {string | null} cover
 * @property {string | null} user_id
 * @property {string | null} username
 * @property {number} added_at
 * @property {string[]} [votes]
 * @property {boolean} [checked]
 * @property {EntryFailure[]} [failures]
 */

/**
 * `repeat`: the queue (`all`), the current entry (`one`) or nothing. `through_folder`: after the last entry the next file of its folder in the library follows. `order` of the entries that are still to come: by hand, by votes, or one entry of each person in turn. `who_adds` entries; `quota`: entries that a person who may not control playback may have waiting, 0 for any number; `locked`: only members who may control playback change the queue, votes for entries included; everyone may take back their own entries and votes. An entry is skipped if more than `skip_percent` of the present members vote for it.
 * @typedef {object} QueueSettings
 * @property {"all" | "off" | "one"} [repeat]
 * @property {"fair" | "manual" | "votes"} [order]
 * @property {boolean} [through_folder]
 * @property {"everyone" | "host" | "moderators"} [who_adds]
 * @property {number} [quota]
 * @property {boolean} [locked]
 * @property {number} [skip_percent]
 */

/**
 * Votes to skip the current entry: the user_ids of those who want to, how many are `needed`, `of` how many members present at the last vote.
 * @typedef {object} SkipVotes
 * @property {string[]} votes
 * @property {number} needed
 * @property {number} of
 */

/**
 * `current`: the entry that plays, or played last; null: none of them. The entries before it were played already. `following`: the entry that plays when the current one ends, which players may prepare; null: none. `skip` is null without votes.
 * @typedef {object} QueueState
 * @property {number} revision
 * @property {RoomQueueEntry[]} entries
 * @property {string | null} current
 * @property {string | null} following
 * @property {QueueSettings} settings
 * @property {SkipVotes | null} skip
 * @property {boolean} can_undo
 * @property {boolean} can_redo
 */

/**
 * What changed, to apply to the queue of the previous `revision`. `cause`: the type of the command, or `advance` (the next entry plays), `hold_back` (an announced entry does not play yet), `leave`, `merge` (a guest signed in), `forget` (a guest was deleted) or `reset`. `user_id` and `username` are of the sender of the command, null if there is none. `entries`: new and changed ones, in any order. `order`: the ids of all entries; null: the same ones in the same order. `settings`: null if they are the same. The other fields are those of the new state.
 * @typedef {object} QueueChange
 * @property {number} revision
 * @property {string} cause
 * @property {string | null} user_id
 * @property {string | null} username
 * @property {string | null} event_id
 * @property {RoomQueueEntry[]} entries
 * @property {string[] | null} order
 * @property {string | null} current
 * @property {string | null} following
 * @property {QueueSettings | null} settings
 * @property {SkipVotes | null} skip
 * @property {boolean} can_undo
 * @property {boolean} can_redo
 */

/**
 * `next`: after the current entry instead of at the end. `skip_missing`: leave out what cannot be found.
 * @typedef {object} MediaToQueue
 * @property {MediaRequest[]} items
 * @property {boolean} [next]
 * @property {boolean} [skip_missing]
 */

/**
 * @typedef {object} EntriesToRemove
 * @property {string[]} entry_ids
 */

/**
 * @typedef {object} EntryVote
 * @property {string} entry_id
 * @property {boolean} [on]
 */

/**
 * `plays`: whether the member's browser can play the entry; `codec` as in `EntryFailure`.
 * @typedef {object} EntryCheck
 * @property {string} entry_id
 * @property {boolean} plays
 * @property {string | null} [codec]
 */

/**
 * @typedef {object} EntryChecks
 * @property {EntryCheck[]} checks
 */

/**
 * The settings to change.
 * @typedef {object} QueueSettingsChange
 * @property {"all" | "off" | "one" | null} [repeat]
 * @property {"fair" | "manual" | "votes" | null} [order]
 * @property {boolean | null} [through_folder]
 * @property {"everyone" | "host" | "moderators" | null} [who_adds]
 * @property {number | null} [quota]
 * @property {boolean | null} [locked]
 * @property {number | null} [skip_percent]
 */

/**
 * `on`: open a check, which replaces an open one and keeps its marks, or end it. `start`: playback starts once all are ready, `deadline_s` seconds from now at the latest.
 * @typedef {object} ReadyCheckRequest
 * @property {boolean} on
 * @property {number | null} [deadline_s]
 * @property {boolean} [start]
 */

/**
 * @typedef {object} ReadyMark
 * @property {boolean} [on]
 */

/**
 * Text, or media (an address or an item of the library), whose title is the text if there is none.
 * @typedef {object} NewPollAnswer
 * @property {string | null} [text]
 * @property {string | null} [media_url]
 * @property {number | null} [item_id]
 */

/**
 * The question keeps its first 200 characters, answers their first 100. `closes_in_s`: null to close it by hand.
 * @typedef {object} NewPoll
 * @property {string} question
 * @property {NewPollAnswer[]} answers
 * @property {number | null} [closes_in_s]
 */

/**
 * `answer`: its index; null takes the vote back.
 * @typedef {object} PollVote
 * @property {string} poll_id
 * @property {number | null} answer
 */

/**
 * @typedef {object} PollRef
 * @property {string} poll_id
 */

/**
 * `quiet`: the member does not notice, and others do not see what they write.
 * @typedef {object} MuteRequest
 * @property {string} user_id
 * @property {number} minutes
 * @property {string} [reason]
 * @property {boolean} [quiet]
 */

/**
 * @typedef {object} BanRef
 * @property {number} ban_id
 */

/**
 * Rules for everyone except the host and moderators; those that are left out do not change. `slow_mode_s`: seconds between two comments of one member, 0: any. `enabled`: the chat is open. `links`: comments may contain links. `filter`: words and phrases that comments may not contain; `*` stands for any letters. `newcomer_wait_s`: for how long who joins for the first time from now on is muted, 0: not at all.
 * @typedef {object} ChatChanges
 * @property {number | null} [slow_mode_s]
 * @property {boolean | null} [enabled]
 * @property {boolean | null} [links]
 * @property {string[] | null} [filter]
 * @property {number | null} [newcomer_wait_s]
 */

/**
 * @typedef {object} ActRef
 * @property {number} act_id
 */

/**
 * `user_id`: the person; `comment_id`: a comment of this person.
 * @typedef {object} ReportRequest
 * @property {string} user_id
 * @property {number | null} [comment_id]
 * @property {string} [reason]
 */

/**
 * The whole timeline from the envelope's `timestamp` on, and the member who changed it (null: the server).
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
 * `user_id` and `username` are the new host's; both null: the room has no host.
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
 * `resumed`: the client's own state is still valid; then `timeline` and `comments` are null and `events` follows. `event_id` is that of the change at `revision`, empty if no command caused it; a reconnecting client sends it back. `queue` is null if the room has none (then `queue_revision` is 0), or if the client resumes and has this revision of it.
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
 * @property {QueueState | null} [queue]
 * @property {number} [queue_revision]
 */

/**
 * All members who are present, in the order of their arrival.
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
 * @typedef {object} ControlAsked
 * @property {string} user_id
 * @property {string} username
 * @property {number | null} [moment]
 */

/**
 * @typedef {object} WaitingList
 * @property {WaitingPerson[]} waiting
 */

/**
 * @typedef {object} DeletedComment
 * @property {number} id
 * @property {number} seq
 */

/**
 * The whole comment. `seq`: of the change; the comment keeps its own.
 * @typedef {object} ChangedComment
 * @property {number} seq
 * @property {CommentState} comment
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
 * @typedef {object} LobbyRoom
 * @property {string} room_id
 * @property {string} title
 * @property {number} viewers
 * @property {string | null} playing
 * @property {string | null} host
 * @property {string | null} [cover]
 */

/**
 * @typedef {object} LobbyState
 * @property {LobbyRoom[]} rooms
 * @property {number} online
 */

/**
 * `seq`: of the first deletion; each following comment has the next.
 * @typedef {object} DeletedComments
 * @property {number[]} ids
 * @property {number} seq
 */

/**
 * Who did what to whom, when (server time) and why. `by` is null for staff; `target` for acts about the room. `until`: when a mute or ban ends. `quiet`: a mute that its target does not notice. `text`: of a reported or deleted comment, shortened. `undo_until`: the reader can undo the act until this server time; null: not, or not any more.
 * @typedef {object} ActState
 * @property {number} id
 * @property {string} kind
 * @property {number} at
 * @property {UserRef | null} by
 * @property {UserRef | null} target
 * @property {string} reason
 * @property {number | null} [until]
 * @property {string | null} [text]
 * @property {number | null} [comment_id]
 * @property {boolean} [undone]
 * @property {number | null} [undo_until]
 * @property {boolean} [quiet]
 */

/**
 * A mute or ban in force, or the time for which a removed member stays out. `id` is null for a mute. `kind`: mute, ban or remove. `person_only`: others at the same address may join. `liftable`: the reader may end it. `quiet`: a mute that its target does not notice. `range`: a ban of all addresses around the person's.
 * @typedef {object} BanState
 * @property {number | null} id
 * @property {string} kind
 * @property {UserRef | null} user
 * @property {number} until
 * @property {string} reason
 * @property {UserRef | null} by
 * @property {boolean} person_only
 * @property {boolean} [liftable]
 * @property {boolean} [quiet]
 * @property {boolean} [range]
 */

/**
 * For the host and moderators: mutes and bans, the latest to end first, the latest acts, the words of the filter; at most 100 bans, mutes and acts each. `admitted`: the latest 100 who may join without asking (`admit`).
 * @typedef {object} ModerationState
 * @property {BanState[]} bans
 * @property {ActState[]} acts
 * @property {string[]} filter
 * @property {UserRef[]} [admitted]
 */

/**
 * @typedef {object} PongTimes
 * @property {number} t0
 * @property {number} t1
 * @property {number} t2
 * @property {string} clock_id
 */

/**
 * The acknowledgement of a command, over socket and HTTP alike. `timestamp`: when the change takes effect. `revision`: of the room's timeline, or of the queue if the command is about it. Null: there was nothing to change.
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
 * @property {number} [queue_revision]
 */

/**
 * The events since the requested revision, oldest first. `more`: repeat the request from this `revision` and `comment_seq`. `queue`: the whole queue, if the request named another revision of it. `changed`: earlier comments as they are now, if they were edited or reacted to.
 * @typedef {object} MissedEvents
 * @property {Envelope[]} events
 * @property {CommentState[]} comments
 * @property {number[]} deleted
 * @property {number} revision
 * @property {number} comment_seq
 * @property {boolean} more
 * @property {QueueState | null} [queue]
 * @property {CommentState[]} [changed]
 */

/**
 * `code` is for programs, `message` for users; error responses over HTTP have the same object as their body. `detail`: the invalid part of a message, for developers.
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
 * An item of the library. `kind` is `audio` or `video`; `duration` in seconds, null if unknown. `album_id` distinguishes albums of the same name; empty for items without an album. `missing`: the file is gone for now; it cannot be played, and keeps its place in queues. `plays`: how it reaches every browser: `direct`, `remux` (copied into another container), `audio` (its sound is converted), `transcode` (its picture is converted) or `no`; empty if the server does not know. `why`: a sentence if that is not `direct`. `playable`: whether it can be loaded now; Chromium and Firefox play some items as they are.
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
 * @property {"" | "audio" | "direct" | "no" | "remux" | "transcode"} [plays]
 * @property {string} [why]
 * @property {boolean} [playable]
 */

/**
 * A track of film, sound or subtitles. `index`: its number in the file; `language`: a code such as `eng`, or empty.
 * @typedef {object} MediaTrack
 * @property {number} index
 * @property {"audio" | "subtitle" | "video"} type
 * @property {string} codec
 * @property {string} language
 * @property {string} title
 * @property {boolean} default
 */

/**
 * In seconds.
 * @typedef {object} Chapter
 * @property {number} start
 * @property {number} end
 * @property {string} title
 */

/**
 * Captions of an item. `language`: as the file says it, such as `en`, `ger` or `pt-BR`, or empty. `format`: `srt`, `vtt` or `ass`, or the codec of captions that cannot be shown. `forced`: of foreign parts only; `hearing`: for the hard of hearing; `inside`: a track of the film's own file, not a file beside it. `url`: of the text; null if they cannot be shown, then `why` is a sentence. Its response is 202 while the server takes the text out of the film: request it again. `fonts`: addresses of the fonts inside the film, for `ass`; the same response.
 * @typedef {object} CaptionTrack
 * @property {string} id
 * @property {string | null} url
 * @property {string} language
 * @property {string} label
 * @property {string} format
 * @property {boolean} forced
 * @property {boolean} default
 * @property {boolean} hearing
 * @property {boolean} inside
 * @property {string | null} why
 * @property {string[]} [fonts]
 */

/**
 * `state`: queued, running, done, failed or cancelled. `progress`: 0 to 1; `speed`: times real time. `left_s`: seconds that it may still take; `error`: a sentence if it failed. Null if not known.
 * @typedef {object} ConversionState
 * @property {string} state
 * @property {number} progress
 * @property {number | null} [speed]
 * @property {number | null} [left_s]
 * @property {string | null} [error]
 */

/**
 * An item with what is in its file, as far as the server knows. `conversion`: the latest, or null. `captions`: inside the file and beside it, at most 60; only in the response for one item.
 * @typedef {object} LibraryItem
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
 * @property {"" | "audio" | "direct" | "no" | "remux" | "transcode"} [plays]
 * @property {string} [why]
 * @property {boolean} [playable]
 * @property {MediaTrack[]} [tracks]
 * @property {Chapter[]} [chapters]
 * @property {CaptionTrack[]} [captions]
 * @property {ConversionState | null} [conversion]
 */

/**
 * An upload with what is in its file, once all of it is here. `plays`: as of an item of the library.
 * @typedef {object} RoomUpload
 * @property {string} id
 * @property {string} url
 * @property {string} title
 * @property {number} size
 * @property {string} sha256
 * @property {number} offset
 * @property {string} state
 * @property {string} why
 * @property {boolean} playable
 * @property {string} kind
 * @property {string | null} username
 * @property {boolean} yours
 * @property {"" | "audio" | "direct" | "no" | "remux" | "transcode"} [plays]
 * @property {MediaTrack[]} [tracks]
 * @property {ConversionState | null} [conversion]
 */

/**
 * An entry of the queue; an item that is queued twice has two entries.
 * @typedef {object} QueueEntry
 * @property {string} id
 * @property {number} item
 */

/**
 * A device's player. `position` is valid at server time `at`; while playing it advances at `rate`. `current`: the entry of the current track, null if there is none.
 * @typedef {object} PlayerState
 * @property {number} revision
 * @property {QueueEntry[]} entries
 * @property {string | null} current
 * @property {number} position
 * @property {number} at
 * @property {boolean} is_playing
 * @property {number} rate
 * @property {"all" | "off" | "one"} repeat
 * @property {boolean} can_undo
 * @property {boolean} can_redo
 */

/**
 * A device of an account. `device` is an opaque name for it, `item` its current track. `position` is valid at `at`. `seen_at`: the last sign of life. A device closed while playing counts as paused. Only a device's own tabs receive its position while it plays: request `GET /api/player/` for the current one.
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
 * One of three: an entry of the queue; an item; or several items, of which the first starts. Items are inserted after the current track unless they follow there already.
 * @typedef {object} PlayTarget
 * @property {number | null} [item_id]
 * @property {number[] | null} [item_ids]
 * @property {string | null} [entry_id]
 * @property {number} [position]
 */

/**
 * `position`: of the tab that plays, for `entry_id`; without them the timeline's position.
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
 * @property {"all" | "off" | "one"} repeat
 */

/**
 * `next`: insert after the current track instead of at the end.
 * @typedef {object} ItemsToAdd
 * @property {number[]} item_ids
 * @property {boolean} [next]
 */

/**
 * @typedef {object} EntryRef
 * @property {string} entry_id
 */

/**
 * `before`: the entry to move it in front of, null for the end.
 * @typedef {object} EntryMove
 * @property {string} entry_id
 * @property {string | null} [before]
 */

/**
 * `entry_id`: the current track; nothing happens if it is no longer current. `ended`: it played to its end. With `base_revision` nothing happens either if the track was started again since: a repeated track ends once.
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
 * `how`: `replace` this device's queue with the other one, or `merge`: append the other one to it.
 * @typedef {object} TransferRequest
 * @property {string} device
 * @property {"merge" | "replace"} how
 */

/**
 * @typedef {object} DeviceRef
 * @property {string} device
 */

/**
 * The position of the tab that plays; it is saved and sent to the other tabs, and takes no revision. `revision`: the last one the tab knew; a report that crossed another tab's seek is ignored. `leaving`: the last report of a tab that closes; if no other tab continues within a second or two, the player pauses. `duration`: the track's length according to the tab, which may be more exact than the library's.
 * @typedef {object} PositionReport
 * @property {string} entry_id
 * @property {number} position
 * @property {string} tab
 * @property {number | null} [revision]
 * @property {boolean} [leaving]
 * @property {number | null} [duration]
 */

/**
 * `instead_of`: take the audio focus only if this tab still has it (null: no tab); absent: take it in any case. `want` false releases it. Only for browsers without Web Locks: the others agree among their tabs.
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
 * The changed fields of a player's state; `position` and `at` always come together.
 * @typedef {object} PlayerChanges
 * @property {QueueEntry[]} [entries]
 * @property {string | null} [current]
 * @property {number} [position]
 * @property {number} [at]
 * @property {boolean} [is_playing]
 * @property {number} [rate]
 * @property {"all" | "off" | "one"} [repeat]
 * @property {boolean} [can_undo]
 * @property {boolean} [can_redo]
 */

/**
 * `items`: the items of the queue, each once.
 * @typedef {object} PlayerSnapshot
 * @property {PlayerState} state
 * @property {Item[]} items
 */

/**
 * `device` names this device; `sounding` is the tab with the audio focus, if tabs cannot agree on it themselves. `devices`: those of the account, empty without an account.
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
 * `items`: those that `changed` refers to for the first time. `cause`: the command's type; null: the server.
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
 * `position` is valid at the envelope's `timestamp`; `revision`: that of the player at that time.
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
  ShiftCaptions: "shift_captions",
  SetChapters: "set_chapters",
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
  EditComment: "edit_comment",
  ReactToComment: "react_to_comment",
  SetRight: "set_right",
  SetSuccessor: "set_successor",
  Admit: "admit",
  QueueAdd: "queue_add",
  QueueRemove: "queue_remove",
  QueueMove: "queue_move",
  QueuePlay: "queue_play",
  QueueClear: "queue_clear",
  QueueShuffle: "queue_shuffle",
  QueueUndo: "queue_undo",
  QueueRedo: "queue_redo",
  Skip: "skip",
  VoteSkip: "vote_skip",
  VoteEntry: "vote_entry",
  QueueCheck: "queue_check",
  SetQueue: "set_queue",
  ReadyCheck: "ready_check",
  Ready: "ready",
  OpenPoll: "open_poll",
  VotePoll: "vote_poll",
  ClosePoll: "close_poll",
  MuteMember: "mute_member",
  UnmuteMember: "unmute_member",
  LiftBan: "lift_ban",
  DeleteAllComments: "delete_all_comments",
  SetChat: "set_chat",
  UndoAct: "undo_act",
  ReportMember: "report_member",
  PlayTrack: "play_track",
  Resume: "resume",
  SetRepeat: "set_repeat",
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
  Knocks: "knocks",
  NewComment: "new_comment",
  CommentDeleted: "comment_deleted",
  CommentChanged: "comment_changed",
  Reaction: "reaction",
  Typing: "typing",
  Presence: "presence",
  Queue: "queue",
  Lobby: "lobby",
  LobbyChanged: "lobby_changed",
  MemberChanged: "member_changed",
  CommentsDeleted: "comments_deleted",
  Moderated: "moderated",
  Pong: "pong",
  Ack: "ack",
  Head: "head",
  Events: "events",
  Error: "error",
  Status: "status",
  Closing: "closing",
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
  ChatOff: "chat_off",
  EventIdConflict: "event_id_conflict",
  Filtered: "filtered",
  Internal: "internal",
  Muted: "muted",
  NameTaken: "name_taken",
  NotAllowed: "not_allowed",
  NotFound: "not_found",
  NotHost: "not_host",
  NotMember: "not_member",
  RateLimited: "rate_limited",
  RoomClosed: "room_closed",
  RoomFull: "room_full",
  SlowMode: "slow_mode",
  Stale: "stale",
  TooLong: "too_long",
  Unavailable: "unavailable",
  UnknownMedia: "unknown_media",
  Waiting: "waiting",
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
export const IDEMPOTENT_COMMANDS = Object.freeze(new Set(["play", "pause", "seek", "set_rate", "load", "shift_captions", "set_chapters", "comment", "transfer_host", "claim_host", "remove_member", "ban_member", "set_moderator", "continue_without", "edit_comment", "react_to_comment", "set_right", "set_successor", "admit", "queue_add", "queue_remove", "queue_move", "queue_play", "queue_clear", "queue_shuffle", "queue_undo", "queue_redo", "skip", "vote_skip", "vote_entry", "queue_check", "set_queue", "ready_check", "ready", "open_poll", "vote_poll", "close_poll", "mute_member", "unmute_member", "lift_ban", "delete_all_comments", "set_chat", "undo_act", "report_member", "play_track", "resume", "set_repeat", "next", "previous", "undo", "redo", "continue_here", "forget_device"]))

/** Events that take a revision; each carries the whole timeline. */
export const CHANGES = Object.freeze(new Set(["play", "pause", "seek", "set_rate", "load", "timeline", "new_host", "room_changed"]))

/** Events of rooms and of the lobby. Any other type on a room's socket is a custom event. */
export const ROOM_EVENTS = Object.freeze(new Set(["play", "pause", "seek", "set_rate", "load", "timeline", "new_host", "room_changed", "welcome", "member_joined", "members", "role_changed", "member_left", "seat_held", "seat_kept", "control_asked", "knocks", "new_comment", "comment_deleted", "comment_changed", "reaction", "typing", "presence", "queue", "lobby", "lobby_changed", "pong", "ack", "head", "events", "error", "status", "closing", "member_changed", "comments_deleted", "moderated"]))

export const MAX_FRAME_BYTES = 16384
