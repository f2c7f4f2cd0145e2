"""Every word that travels between a browser and the server: the protocol.

Commands go up, events come down. Each is a struct tagged by `type`; its fields are the JSON's fields. What a
browser may say is refused here when its shape, a type or a range is wrong, so that nothing behind this module
checks a shape again. `render.py` makes the JavaScript constants, the JSON Schema and `docs/protocol.md` from it.

Times are server time in Unix milliseconds, positions media time in seconds.
"""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

MAX_FRAME_BYTES = 16 * 1024

EventId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]
Seconds = Annotated[float, Meta(ge=0, le=7 * 86400)]
Milliseconds = Annotated[float, Meta(ge=0, le=1e14)]
Rate = Annotated[float, Meta(ge=0.25, le=3)]
UserId = Annotated[str, Meta(min_length=1, max_length=32)]
# Signed addresses of stores have 2,000 characters and more; web servers mostly take up to 8 KB.
URL_CHARS = 8000
Url = Annotated[str, Meta(min_length=1, max_length=URL_CHARS)]
Revision = Annotated[int, Meta(ge=0, le=2**53)]


# ---------------------------------------------------------------- what things look like


class Media(Struct, frozen=True, kw_only=True):
    """What can be played: its address, `kind` is `video` or `audio`."""

    url: str
    kind: str
    title: str
    mime: str | None = None


class HeldFor(Struct, frozen=True, kw_only=True):
    user_id: str
    username: str


class Hold(Struct, frozen=True, kw_only=True):
    """The room waits: `why` is `stall` or `ready`, `until` the server time at which it goes on at the latest."""

    why: str
    who: list[HeldFor]
    until: float


class TimelineState(Struct, frozen=True, kw_only=True):
    """The room's playback at `timestamp`. `phase`: idle, paused, playing, holding (then `hold` is there) or ended.

    `duration_source`: `exact`, or where an estimate comes from: `tags`, `metadata` of a player, `passed` by a player,
    `ended` there.
    """

    revision: int
    timestamp: float
    current_time: float
    is_playing: bool
    rate: float
    phase: str
    duration: float | None
    media: Media | None
    hold: Hold | None = None
    duration_source: str | None = None


class MemberState(Struct, frozen=True, kw_only=True):
    user_id: str
    username: str
    avatar_url: str | None
    role: str
    may_control: bool


class You(MemberState, frozen=True, kw_only=True):
    device_id: str | None
    is_owner: bool
    may_moderate: bool


class Seat(Struct, frozen=True, kw_only=True):
    """A host's seat kept free until `until` (server time), then given to `next`."""

    user_id: str
    username: str
    until: float
    next: str | None
    next_username: str | None


class RoomState(Struct, frozen=True, kw_only=True):
    """`stall_policy`: `carry_on`, or `wait` up to `stall_wait_s` seconds for whoever starves."""

    room_id: str
    title: str
    visibility: str
    control_policy: str
    owner_id: str | None
    host_id: str | None
    seat: Seat | None
    epoch: str
    sync_enabled: bool
    sync_tolerance_ms: int
    stall_policy: str = "carry_on"
    stall_wait_s: int = 8


class CommentState(Struct, frozen=True, kw_only=True):
    id: int
    seq: int
    user_id: str | None
    username: str
    text: str
    current_time: float
    created_at: str
    is_system_message: bool
    reply_to: int | None


class Report(Struct, frozen=True, kw_only=True):
    """What one member's player last said of itself, as `presence` passes it on."""

    user_id: str
    current_time: float
    is_playing: bool
    is_synced: bool
    drift_ms: float | None
    latency_ms: float | None
    state: str | None


class Limits(Struct, frozen=True, kw_only=True):
    frame_bytes: int
    comment_chars: int
    heartbeat_ms: int
    reconnect_spread_ms: int


# ---------------------------------------------------------------- commands: to the server


class Command(Struct, tag_field="type", forbid_unknown_fields=True, frozen=True, kw_only=True):
    event_id: EventId | None = None


class IdempotentCommand(Command, frozen=True, kw_only=True):
    """A command that changes the room: the same `event_id` twice is done once and answered twice."""

    event_id: EventId


class Nothing(Struct, forbid_unknown_fields=True, frozen=True):
    pass


class Where(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    current_time: Seconds | None = None
    at: Milliseconds | None = None


class SeekTo(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    current_time: Seconds
    at: Milliseconds | None = None


class RateTo(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    rate: Rate
    at: Milliseconds | None = None


class MediaToLoad(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    media_url: Url
    title: Annotated[str, Meta(max_length=200)] | None = None


class Play(IdempotentCommand, tag="play", frozen=True, kw_only=True):
    payload: Where = Where()


class Pause(IdempotentCommand, tag="pause", frozen=True, kw_only=True):
    payload: Where = Where()


class Seek(IdempotentCommand, tag="seek", frozen=True, kw_only=True):
    payload: SeekTo


class SetRate(IdempotentCommand, tag="set_rate", frozen=True, kw_only=True):
    payload: RateTo


class Load(IdempotentCommand, tag="load", frozen=True, kw_only=True):
    payload: MediaToLoad


class PlayerReport(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`at`: server time of the sample. `revision`: of the timeline the player follows. `state`: what it does.

    `duration`: how long the player thinks the medium is. `ended_at`: its data ended there while it was in step.

    `latency_ms`: the fastest round trip; `late_ms`: how much longer nineteen of twenty take at most.

    States: loading, ready, paused, tracking (or playing), stalled (or buffering), hidden, suspended, blocked, stopped
    (or off), degraded, ended, broken_off, unaligned (it plays, and cannot be taken to the room's position), empty,
    error. A room that waits, waits for loading and stalled ones.
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


class Heartbeat(Command, tag="heartbeat", frozen=True, kw_only=True):
    payload: PlayerReport


class ClockQuestion(Struct, forbid_unknown_fields=True, frozen=True):
    t0: Annotated[float, Meta(ge=-1e15, le=1e15)]


class Ping(Command, tag="ping", frozen=True, kw_only=True):
    payload: ClockQuestion


class Missed(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`since`: last revision applied; `last_comment_id`: last `seq` of a comment applied."""

    since: Revision = 0
    last_comment_id: Revision = 0


class SyncRequest(Command, tag="sync_request", frozen=True, kw_only=True):
    payload: Missed = Missed()


class BufferReport(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`reason`: network, seek, hidden or decode. `latency_ms`: the fastest round trip measured lately.

    `waited_ms` and the `reason` it began with come at its end.
    """

    current_time: Seconds | None = None
    reason: Annotated[str, Meta(max_length=40)] | None = None
    waited_ms: Annotated[float, Meta(ge=0, le=1e8)] | None = None
    latency_ms: Annotated[float, Meta(ge=0, le=1e6)] | None = None


class BufferStart(Command, tag="buffer_start", frozen=True, kw_only=True):
    payload: BufferReport = BufferReport()


class BufferEnd(Command, tag="buffer_end", frozen=True, kw_only=True):
    payload: BufferReport = BufferReport()


class NewText(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    text: Annotated[str, Meta(min_length=1)]
    reply_to: Revision | None = None


class PostComment(IdempotentCommand, tag="comment", frozen=True, kw_only=True):
    payload: NewText


class WhichComment(Struct, forbid_unknown_fields=True, frozen=True):
    id: Revision


class DeleteComment(Command, tag="delete_comment", frozen=True, kw_only=True):
    payload: WhichComment


class Emoji(Struct, forbid_unknown_fields=True, frozen=True):
    emoji: Annotated[str, Meta(min_length=1, max_length=16)]


class React(Command, tag="reaction", frozen=True, kw_only=True):
    payload: Emoji


class Typing(Command, tag="typing", frozen=True, kw_only=True):
    payload: Nothing = Nothing()


class WhichMember(Struct, forbid_unknown_fields=True, frozen=True):
    user_id: UserId


class TransferHost(IdempotentCommand, tag="transfer_host", frozen=True, kw_only=True):
    payload: WhichMember


class ClaimHost(IdempotentCommand, tag="claim_host", frozen=True, kw_only=True):
    payload: Nothing = Nothing()


class SomebodyToSend(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    user_id: UserId
    why: Annotated[str, Meta(max_length=200)] = ""


class SomebodyToBan(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    user_id: UserId
    minutes: Annotated[int, Meta(ge=1, le=366 * 24 * 60)]
    why: Annotated[str, Meta(max_length=200)] = ""


class Trust(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    user_id: UserId
    moderator: bool


class RemoveMember(IdempotentCommand, tag="remove_member", frozen=True, kw_only=True):
    payload: SomebodyToSend


class BanMember(IdempotentCommand, tag="ban_member", frozen=True, kw_only=True):
    payload: SomebodyToBan


class SetModerator(IdempotentCommand, tag="set_moderator", frozen=True, kw_only=True):
    payload: Trust


class AskControl(Command, tag="ask_control", frozen=True, kw_only=True):
    payload: Nothing = Nothing()


class ContinueWithout(IdempotentCommand, tag="continue_without", frozen=True, kw_only=True):
    payload: Nothing = Nothing()


class Leave(Command, tag="leave", frozen=True, kw_only=True):
    payload: Nothing = Nothing()


RoomCommand = (
    Play
    | Pause
    | Seek
    | SetRate
    | Load
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
    | AskControl
    | ContinueWithout
    | Leave
)
LobbyCommand = Ping


# ---------------------------------------------------------------- events: from the server


class Event(Struct, tag_field="type", frozen=True, kw_only=True):
    room_id: str | None
    timestamp: float
    revision: int | None = None


class Change(Struct, frozen=True, kw_only=True):
    """The whole timeline as it holds from the envelope's `timestamp`, and who brought it about (nobody: null)."""

    current_time: float
    is_playing: bool
    rate: float
    phase: str
    duration: float | None
    media: Media | None
    user_id: str | None
    username: str | None
    event_id: str | None
    cause: str | None = None
    hold: Hold | None = None
    duration_source: str | None = None


class Played(Event, tag="play", frozen=True, kw_only=True):
    payload: Change


class Paused(Event, tag="pause", frozen=True, kw_only=True):
    payload: Change


class Sought(Event, tag="seek", frozen=True, kw_only=True):
    payload: Change


class RateSet(Event, tag="set_rate", frozen=True, kw_only=True):
    payload: Change


class Loaded(Event, tag="load", frozen=True, kw_only=True):
    payload: Change


class TimelineChanged(Event, tag="timeline", frozen=True, kw_only=True):
    payload: Change


class NewHostChange(Change, frozen=True, kw_only=True):
    """`user_id` and `username` are the new host's; both null: nobody holds the seat."""

    former_id: str | None = None


class HostChanged(Event, tag="new_host", frozen=True, kw_only=True):
    payload: NewHostChange


class RoomChange(Change, frozen=True, kw_only=True):
    room: RoomState


class RoomChanged(Event, tag="room_changed", frozen=True, kw_only=True):
    payload: RoomChange


class WelcomeState(Struct, frozen=True, kw_only=True):
    """`resumed`: the client's own state still holds; then `timeline` and `comments` are null and `events` follows.

    `event_id` belongs to the change at `revision`, empty where nobody commanded it: to be named when coming back.
    """

    you: You
    room: RoomState
    members: list[MemberState]
    timeline: TimelineState | None
    comments: list[CommentState] | None
    revision: int
    event_id: str
    comment_seq: int
    limits: Limits
    clock_id: str
    resumed: bool


class Welcome(Event, tag="welcome", frozen=True, kw_only=True):
    payload: WelcomeState


class MemberJoined(Event, tag="member_joined", frozen=True, kw_only=True):
    payload: MemberState


class Present(Struct, frozen=True, kw_only=True):
    """Everybody who is here, longest first."""

    members: list[MemberState]


class Members(Event, tag="members", frozen=True, kw_only=True):
    payload: Present


class RoleChanged(Event, tag="role_changed", frozen=True, kw_only=True):
    payload: MemberState


class WhoLeft(Struct, frozen=True, kw_only=True):
    user_id: str
    username: str
    reason: str


class MemberLeft(Event, tag="member_left", frozen=True, kw_only=True):
    payload: WhoLeft


class SeatHeld(Event, tag="seat_held", frozen=True, kw_only=True):
    payload: Seat


class SeatKept(Event, tag="seat_kept", frozen=True, kw_only=True):
    payload: WhichMember


class WhoAsks(Struct, frozen=True, kw_only=True):
    user_id: str
    username: str


class ControlAsked(Event, tag="control_asked", frozen=True, kw_only=True):
    payload: WhoAsks


class NewComment(Event, tag="new_comment", frozen=True, kw_only=True):
    payload: CommentState


class DeletedComment(Struct, frozen=True, kw_only=True):
    id: int
    seq: int


class CommentDeleted(Event, tag="comment_deleted", frozen=True, kw_only=True):
    payload: DeletedComment


class Reacted(Struct, frozen=True, kw_only=True):
    user_id: str
    username: str
    emoji: str


class Reaction(Event, tag="reaction", frozen=True, kw_only=True):
    payload: Reacted


class IsTyping(Event, tag="typing", frozen=True, kw_only=True):
    payload: WhoAsks


class Reports(Struct, frozen=True, kw_only=True):
    members: list[Report]


class Presence(Event, tag="presence", frozen=True, kw_only=True):
    payload: Reports


class ClockAnswer(Struct, frozen=True, kw_only=True):
    t0: float
    t1: float
    t2: float
    clock_id: str


class Pong(Event, tag="pong", frozen=True, kw_only=True):
    payload: ClockAnswer


class Accepted(Struct, frozen=True, kw_only=True):
    """The answer to a deed, over socket and HTTP alike. `timestamp`: from when the change holds."""

    event_id: str
    revision: int | None
    timestamp: float


class Ack(Event, tag="ack", frozen=True, kw_only=True):
    payload: Accepted


class HeadState(Struct, frozen=True, kw_only=True):
    revision: int
    comment_seq: int
    epoch: str


class Head(Event, tag="head", frozen=True, kw_only=True):
    payload: HeadState


class MissedEvents(Struct, frozen=True, kw_only=True):
    """What happened since, oldest first. `more`: ask again from the last `revision` and `comment_seq` here."""

    events: list[msgspec.Raw]
    comments: list[CommentState]
    deleted: list[int]
    revision: int
    comment_seq: int
    more: bool


class Events(Event, tag="events", frozen=True, kw_only=True):
    payload: MissedEvents


class Problem(Struct, frozen=True, kw_only=True):
    """`code` for programs, `message` for people; HTTP answers carry the same object as their body.

    `detail`: what is wrong with a message and where in it, for who writes a program.
    """

    code: str
    message: str
    event_id: str | None = None
    retry_after_ms: int | None = None
    detail: str | None = None


class Error(Event, tag="error", frozen=True, kw_only=True):
    payload: Problem


class Health(Struct, frozen=True, kw_only=True):
    degraded: bool


class Status(Event, tag="status", frozen=True, kw_only=True):
    payload: Health


class Goodbye(Struct, frozen=True, kw_only=True):
    code: int
    retry_after_ms: int | None = None


class Closing(Event, tag="closing", frozen=True, kw_only=True):
    payload: Goodbye


class LobbyRoom(Struct, frozen=True, kw_only=True):
    room_id: str
    title: str
    viewers: int
    playing: str | None
    host: str | None


class LobbyState(Struct, frozen=True, kw_only=True):
    rooms: list[LobbyRoom]
    online: int


class Lobby(Event, tag="lobby", frozen=True, kw_only=True):
    payload: LobbyState


class LobbyChanged(Event, tag="lobby_changed", frozen=True, kw_only=True):
    payload: LobbyState


class Custom(Struct, frozen=True, kw_only=True):
    """An event of a program's own, sent through `POST .../broadcast/`; its type is no word of this page."""

    type: str
    room_id: str
    timestamp: float
    payload: dict[str, Any]
    revision: None = None


ROOM_EVENTS: tuple[type[Event], ...] = tuple(Event.__subclasses__())
WORDS = frozenset(
    str(kind.__struct_config__.tag)
    for kind in [*Command.__subclasses__(), *IdempotentCommand.__subclasses__(), *ROOM_EVENTS]
    if kind is not IdempotentCommand
)

# The changes that take a revision, by the word each travels under.
CHANGES: dict[str, type[Event]] = {
    "play": Played,
    "pause": Paused,
    "seek": Sought,
    "set_rate": RateSet,
    "load": Loaded,
    "timeline": TimelineChanged,
    "new_host": HostChanged,
    "room_changed": RoomChanged,
}

_room_commands: msgspec.json.Decoder[RoomCommand] = msgspec.json.Decoder(RoomCommand)
_lobby_commands: msgspec.json.Decoder[LobbyCommand] = msgspec.json.Decoder(LobbyCommand)
_encoder = msgspec.json.Encoder()


def decode_room_command(text: str | bytes) -> RoomCommand:
    """Raises msgspec.MsgspecError or UnicodeError, with the path of the field that is wrong."""
    return _room_commands.decode(text)


def decode_lobby_command(text: str | bytes) -> LobbyCommand:
    return _lobby_commands.decode(text)


def encode(event: Struct) -> bytes:
    """The event's frame: UTF-8 JSON, encoded once however many sockets it goes to."""
    return _encoder.encode(event)
