"""Events: messages from the server to the clients in a room and in the lobby."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from watchium.protocol.queue import QueueChange, QueueState
from watchium.protocol.types import (
    CommentState,
    Hold,
    HostGrace,
    Limits,
    Media,
    MemberRef,
    MemberReport,
    MemberState,
    RoomState,
    TimelineState,
    UserRef,
    WaitingPerson,
    You,
)


class Event(Struct, tag_field="type", frozen=True, kw_only=True):
    room_id: str | None
    timestamp: float
    revision: int | None = None


class Change(Struct, frozen=True, kw_only=True):
    """The whole timeline from the envelope's `timestamp` on, and the member who changed it (null: the server)."""

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
    """Playback started."""

    payload: Change


class Paused(Event, tag="pause", frozen=True, kw_only=True):
    """Playback paused."""

    payload: Change


class Sought(Event, tag="seek", frozen=True, kw_only=True):
    """Playback moved to a position."""

    payload: Change


class RateSet(Event, tag="set_rate", frozen=True, kw_only=True):
    """The playback rate changed."""

    payload: Change


class Loaded(Event, tag="load", frozen=True, kw_only=True):
    """The media of the room changed."""

    payload: Change


class TimelineChanged(Event, tag="timeline", frozen=True, kw_only=True):
    """The timeline changed without a command of its own type; `cause` says why."""

    payload: Change


class NewHostChange(Change, frozen=True, kw_only=True):
    """`user_id` and `username` are the new host's; both null: the room has no host."""

    former_id: str | None = None


class HostChanged(Event, tag="new_host", frozen=True, kw_only=True):
    """The room has a new host, or none."""

    payload: NewHostChange


class RoomChange(Change, frozen=True, kw_only=True):
    room: RoomState


class RoomChanged(Event, tag="room_changed", frozen=True, kw_only=True):
    """Settings of the room changed."""

    payload: RoomChange


class WelcomeState(Struct, frozen=True, kw_only=True):
    """`resumed`: the client's own state is still valid; then `timeline` and `comments` are null and `events` follows.

    `event_id` is that of the change at `revision`, empty if no command caused it; a reconnecting client sends it back.

    `queue` is null if the room has none (then `queue_revision` is 0), or if the client resumes and has this revision of
    it.
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
    queue: QueueState | None = None
    queue_revision: int = 0


class Welcome(Event, tag="welcome", frozen=True, kw_only=True):
    """The first event on a socket."""

    payload: WelcomeState


class MemberJoined(Event, tag="member_joined", frozen=True, kw_only=True):
    """A member is present, or changed their name."""

    payload: MemberState


class MemberList(Struct, frozen=True, kw_only=True):
    """All members who are present, in the order of their arrival."""

    members: list[MemberState]


class Members(Event, tag="members", frozen=True, kw_only=True):
    """The list of present members, to replace the known one."""

    payload: MemberList


class RoleChanged(Event, tag="role_changed", frozen=True, kw_only=True):
    """A member's role changed."""

    payload: MemberState


class Departure(Struct, frozen=True, kw_only=True):
    user_id: str
    username: str
    reason: str


class MemberLeft(Event, tag="member_left", frozen=True, kw_only=True):
    """A member left, was removed, or lost the connection."""

    payload: Departure


class HostGraceStarted(Event, tag="seat_held", frozen=True, kw_only=True):
    """The host's last connection closed."""

    payload: HostGrace


class HostGraceCancelled(Event, tag="seat_kept", frozen=True, kw_only=True):
    """The host returned in time."""

    payload: MemberRef


class ControlAsked(UserRef, frozen=True, kw_only=True, omit_defaults=True):
    moment: float | None = None


class ControlRequested(Event, tag="control_asked", frozen=True, kw_only=True):
    """A member asks the host for control, or to go to a moment of the media."""

    payload: ControlAsked


class WaitingList(Struct, frozen=True, kw_only=True):
    waiting: list[WaitingPerson]


class Knocks(Event, tag="knocks", frozen=True, kw_only=True):
    """Who waits to join, for members who may remove others: all of them, after each change."""

    payload: WaitingList


class NewComment(Event, tag="new_comment", frozen=True, kw_only=True):
    """A comment was posted."""

    payload: CommentState


class DeletedComment(Struct, frozen=True, kw_only=True):
    id: int
    seq: int


class CommentDeleted(Event, tag="comment_deleted", frozen=True, kw_only=True):
    """A comment was deleted."""

    payload: DeletedComment


class ChangedComment(Struct, frozen=True, kw_only=True):
    """The whole comment. `seq`: of the change; the comment keeps its own."""

    seq: int
    comment: CommentState


class CommentChanged(Event, tag="comment_changed", frozen=True, kw_only=True):
    """A comment was edited, or the reactions to it changed."""

    payload: ChangedComment


class SentReaction(Struct, frozen=True, kw_only=True):
    user_id: str
    username: str
    emoji: str


class Reaction(Event, tag="reaction", frozen=True, kw_only=True):
    """A member sent an emoji."""

    payload: SentReaction


class IsTyping(Event, tag="typing", frozen=True, kw_only=True):
    """A member is typing."""

    payload: UserRef


class MemberReports(Struct, frozen=True, kw_only=True):
    members: list[MemberReport]


class Presence(Event, tag="presence", frozen=True, kw_only=True):
    """The players' latest reports."""

    payload: MemberReports


class QueueChanged(Event, tag="queue", frozen=True, kw_only=True):
    """The queue changed. It has a revision of its own, in the payload."""

    payload: QueueChange


class LobbyRoom(Struct, frozen=True, kw_only=True):
    room_id: str
    title: str
    viewers: int
    playing: str | None
    host: str | None
    cover: str | None = None


class LobbyState(Struct, frozen=True, kw_only=True):
    rooms: list[LobbyRoom]
    online: int


class Lobby(Event, tag="lobby", frozen=True, kw_only=True):
    """The public rooms, as the first event in the lobby."""

    payload: LobbyState


class LobbyChanged(Event, tag="lobby_changed", frozen=True, kw_only=True):
    """The public rooms changed."""

    payload: LobbyState


class CustomEvent(Struct, frozen=True, kw_only=True):
    """An event of a program, sent with `POST .../broadcast/`; its type is none of the protocol's."""

    type: str
    room_id: str
    timestamp: float
    payload: dict[str, Any]
    revision: None = None


# The events that take a revision, by type.
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
