"""Commands: messages from a room's or the lobby's client to the server.

Each is a struct tagged by `type`; its fields are the fields of the JSON. The decoder rejects a wrong shape, type or
range, so that no code behind it validates a message again.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from watchium.protocol.types import (
    EventId,
    Fault,
    ItemId,
    MemberRef,
    Milliseconds,
    MimeType,
    MissingTrack,
    OwnCopy,
    PlayerName,
    Rate,
    Revision,
    Seconds,
    TypedChapter,
    Url,
    UserId,
)


class Command(Struct, tag_field="type", forbid_unknown_fields=True, frozen=True, kw_only=True):
    event_id: EventId | None = None


class IdempotentCommand(Command, frozen=True, kw_only=True):
    """A command that changes the room. A repeated `event_id` changes nothing and gets the first reply again."""

    event_id: EventId


class EmptyPayload(Struct, forbid_unknown_fields=True, frozen=True):
    pass


class OptionalPosition(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    current_time: Seconds | None = None
    at: Milliseconds | None = None


class SeekTarget(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    current_time: Seconds
    at: Milliseconds | None = None


class RateChange(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    rate: Rate
    at: Milliseconds | None = None


class MediaRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An address, an item of the library, or a file that every member brings: then the item is for members without one.

    `mime`: the media type, where the address does not show it.
    """

    media_url: Url | None = None
    item_id: ItemId | None = None
    own: OwnCopy | None = None
    title: Annotated[str, Meta(max_length=200)] | None = None
    mime: MimeType | None = None

    def __post_init__(self) -> None:
        if (self.media_url is None) == (self.item_id is None and self.own is None):
            raise ValueError("Object needs either `media_url`, or `item_id`, `own` or both")


class Play(IdempotentCommand, tag="play", frozen=True, kw_only=True):
    """Start playback; without `current_time` from the current position."""

    payload: OptionalPosition = OptionalPosition()


class Pause(IdempotentCommand, tag="pause", frozen=True, kw_only=True):
    """Pause playback."""

    payload: OptionalPosition = OptionalPosition()


class Seek(IdempotentCommand, tag="seek", frozen=True, kw_only=True):
    """Move playback to a position."""

    payload: SeekTarget


class SetRate(IdempotentCommand, tag="set_rate", frozen=True, kw_only=True):
    """Set the playback rate of the room."""

    payload: RateChange


class Load(IdempotentCommand, tag="load", frozen=True, kw_only=True):
    """Replace the media of the room."""

    payload: MediaRequest


class CaptionShift(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`ms`: positive if captions are shown later than their file says."""

    ms: Annotated[int, Meta(ge=-600_000, le=600_000)]


class ShiftCaptions(IdempotentCommand, tag="shift_captions", frozen=True, kw_only=True):
    """Set the room's `caption_shift_ms`: when captions are shown to everyone. Answered by `room_changed`."""

    payload: CaptionShift


class ChapterList(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """In any order; an empty list takes them away. Titles keep their first 80 characters."""

    chapters: Annotated[list[TypedChapter], Meta(max_length=100)]


class SetChapters(IdempotentCommand, tag="set_chapters", frozen=True, kw_only=True):
    """Set the `chapters` of the media that the room plays, for everyone. Answered by `room_changed`."""

    payload: ChapterList


COMPANION = "companion"  # the state of a page without a player


class PlayerReport(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`at`: server time of the sample. `revision`: of the timeline that the player follows.

    `duration`: the media's length according to the player. `ended_at`: its data ended there while it was in sync.

    `latency_ms`: the shortest round trip; `late_ms`: how much longer 19 of 20 round trips take at most.

    `lacks`: what it cannot play of the media. `fault`: why it cannot load it, or no more of it, or not fast enough.

    `player`: the member's program, such as `Syncplay`, unless it is a page.

    `copy`: how the member's own file compares with the room's media: same, similar (probably the same, another copy),
    different, unknown, or missing. `longer_s`: by how much a different file is longer (negative: shorter).

    States: loading, ready, paused, tracking (or playing), stalled (or buffering), hidden, suspended, blocked, stopped
    (or off), degraded, ended, broken_off, unaligned (it plays but cannot seek to the room's position), catching_up (it
    plays what the room has played before, faster), empty, error, companion (a second screen, which has no player and
    only wants the `head`). A waiting room waits for members that are loading or stalled.
    """

    current_time: Seconds
    is_playing: bool
    is_synced: bool
    at: Milliseconds | None = None
    revision: Revision | None = None
    duration: Seconds | None = None
    ended_at: Seconds | None = None
    drift_ms: Annotated[float, Meta(ge=-1e9, le=1e9)] | None = None
    latency_ms: Annotated[float, Meta(ge=0, le=1e6)] | None = None
    late_ms: Annotated[float, Meta(ge=0, le=1e6)] | None = None
    start_cost_ms: Annotated[float, Meta(ge=0, le=1e4)] | None = None
    seek_cost_ms: Annotated[float, Meta(ge=0, le=1e4)] | None = None
    state: Annotated[str, Meta(max_length=16)] | None = None
    lacks: MissingTrack | None = None
    fault: Fault | None = None
    copy: Annotated[str, Meta(max_length=16)] | None = None
    longer_s: Annotated[float, Meta(ge=-7 * 86400, le=7 * 86400)] | None = None
    player: PlayerName | None = None


class Heartbeat(Command, tag="heartbeat", frozen=True, kw_only=True):
    """Report the state of this client's player and stay present."""

    payload: PlayerReport


class PingTime(Struct, forbid_unknown_fields=True, frozen=True):
    t0: Annotated[float, Meta(ge=-1e15, le=1e15)]


class Ping(Command, tag="ping", frozen=True, kw_only=True):
    """Measure the clock offset. Answered by `pong`."""

    payload: PingTime


class LastApplied(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`since`: the last applied revision; `last_comment_id`: the last applied `seq` of a comment; `queue_revision`: the
    last applied revision of the queue, left out if the client shows none.
    """

    since: Revision = 0
    last_comment_id: Revision = 0
    queue_revision: Revision | None = None


class SyncRequest(Command, tag="sync_request", frozen=True, kw_only=True):
    """Request missed events. Answered by `events`, or by `welcome` if the log does not reach back far enough."""

    payload: LastApplied = LastApplied()


class BufferReport(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`reason`: network, seek, hidden or decode. `latency_ms`: the shortest recent round trip.

    `buffer_end` carries `waited_ms` and the `reason` of its `buffer_start`.
    """

    current_time: Seconds | None = None
    reason: Annotated[str, Meta(max_length=40)] | None = None
    waited_ms: Annotated[float, Meta(ge=0, le=1e8)] | None = None
    latency_ms: Annotated[float, Meta(ge=0, le=1e6)] | None = None


class BufferStart(Command, tag="buffer_start", frozen=True, kw_only=True):
    """The player has had no data for 250 ms."""

    payload: BufferReport = BufferReport()


class BufferEnd(Command, tag="buffer_end", frozen=True, kw_only=True):
    """The player has data again."""

    payload: BufferReport = BufferReport()


class CommentDraft(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    text: Annotated[str, Meta(min_length=1)]
    reply_to: Revision | None = None


class PostComment(IdempotentCommand, tag="comment", frozen=True, kw_only=True):
    """Post a comment, or a reply to one."""

    payload: CommentDraft


class CommentRef(Struct, forbid_unknown_fields=True, frozen=True):
    id: Revision


class DeleteComment(Command, tag="delete_comment", frozen=True, kw_only=True):
    """Delete one's own comment; host and moderators may delete any."""

    payload: CommentRef


class Emoji(Struct, forbid_unknown_fields=True, frozen=True):
    emoji: Annotated[str, Meta(min_length=1, max_length=16)]


class React(Command, tag="reaction", frozen=True, kw_only=True):
    """Send an emoji to all members; it is not stored."""

    payload: Emoji


class Typing(Command, tag="typing", frozen=True, kw_only=True):
    """Show all members that this member is typing."""

    payload: EmptyPayload = EmptyPayload()


class TransferHost(IdempotentCommand, tag="transfer_host", frozen=True, kw_only=True):
    """Make another member the host."""

    payload: MemberRef


class ClaimHost(IdempotentCommand, tag="claim_host", frozen=True, kw_only=True):
    """Become host, as the owner of the room."""

    payload: EmptyPayload = EmptyPayload()


BanMinutes = Annotated[int, Meta(ge=1, le=366 * 24 * 60)]
Reason = Annotated[str, Meta(max_length=200)]


class RemovalRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`why`: the former name of `reason`."""

    user_id: UserId
    reason: Reason = ""
    why: Reason = ""


class BanRequest(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`person_only`: others at the same address may join. `range`: nor all addresses around it, the /24 of an IPv4
    address or the /48 of an IPv6 address. `why`: the former name of `reason`."""

    user_id: UserId
    minutes: BanMinutes
    reason: Reason = ""
    person_only: bool = False
    range: bool = False
    why: Reason = ""


class ModeratorChange(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    user_id: UserId
    moderator: bool


class RemoveMember(IdempotentCommand, tag="remove_member", frozen=True, kw_only=True):
    """Kick a member, who may join again after a minute."""

    payload: RemovalRequest


class BanMember(IdempotentCommand, tag="ban_member", frozen=True, kw_only=True):
    """Kick a member, and keep out the person and, unless `person_only` is set, others at the same address for some
    minutes. Also for a person who has left."""

    payload: BanRequest


class SetModerator(IdempotentCommand, tag="set_moderator", frozen=True, kw_only=True):
    """Grant or revoke a member's moderator role."""

    payload: ModeratorChange


class ControlWish(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`moment`: the position to which the member would go."""

    moment: Seconds | None = None


class RequestControl(Command, tag="ask_control", frozen=True, kw_only=True):
    """Ask the host for control of the playback, or to go to a moment of the media."""

    payload: ControlWish = ControlWish()


class ContinueWithout(IdempotentCommand, tag="continue_without", frozen=True, kw_only=True):
    """End the wait for the members that the room is holding for."""

    payload: EmptyPayload = EmptyPayload()


class Leave(Command, tag="leave", frozen=True, kw_only=True):
    """Leave the room."""

    payload: EmptyPayload = EmptyPayload()


RoomCommand = (
    Play
    | Pause
    | Seek
    | SetRate
    | Load
    | ShiftCaptions
    | SetChapters
    | Heartbeat
    | Ping
    | SyncRequest
    | BufferStart
    | BufferEnd
    | PostComment
    | DeleteComment
    | React
    | Typing
    | TransferHost
    | ClaimHost
    | RemoveMember
    | BanMember
    | SetModerator
    | RequestControl
    | ContinueWithout
    | Leave
)
LobbyCommand = Ping
