"""Composes what a member receives on entering: a snapshot of the room, or the events missed since (resume)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import msgspec
from django.conf import settings

import playback.room.queries
import rooms.actions
from chat.models import Comment
from playback.models import Playback, PlaybackEvent
from playback.room.queue.storage import encoded_queue
from rooms import access
from rooms.models import Member, Room
from rooms.serializers import member_state, room_state, you_state
from watchium import server_clock
from watchium.db.prepared import run_in_one_round_trip
from watchium.protocol.events import Welcome, WelcomeState
from watchium.protocol.replies import Events, MissedEvents
from watchium.protocol.types import MAX_FRAME_BYTES, Limits, RoomState

COMMENTS_AT_JOIN = 100
SPREAD_MS_PER_100_SOCKETS = 1200
MAX_SPREAD_MS = 12_000  # of a thousand clients 12.5 % reconnect in the fullest second; with 8 s a third


@dataclass(frozen=True)
class LogPosition:
    """The last event that a returning client applied, and the epoch of its log, if known."""

    revision: int
    event_id: str
    comment_seq: int
    epoch: str = ""
    queue_revision: int | None = None

    @classmethod
    def from_query(cls, query: dict[str, str]) -> LogPosition | None:
        """Parse the URL parameters; None if they are missing or invalid."""
        try:
            return cls(
                int(query["revision"]),
                query.get("event_id", ""),
                int(query.get("comment_seq", "0")),
                query.get("epoch", ""),
                int(query["queue_revision"]) if "queue_revision" in query else None,
            )
        except (KeyError, ValueError):
            return None


class RoomContents(NamedTuple):
    """A room and the contents of its snapshot, except comments."""

    room: Room
    host: Member | None
    present: list[Member]
    playback: Playback
    event_id: str

    @classmethod
    def now(cls, room_pk: int) -> RoomContents:
        room_rows, hosts, present, playbacks, last = run_in_one_round_trip(
            Room.to_read_with_owner(room_pk),
            Member.to_find_host(room_pk),
            Member.to_read_present(room_pk),
            Playback.to_read(room_pk),
            PlaybackEvent.to_find_last(room_pk),
        )
        room = Room.from_rows_with_owner(room_rows)
        return cls(
            room,
            next(iter(Member.from_rows(hosts, room)), None),
            Member.from_rows(present, room),
            Playback.from_rows(playbacks, room),
            playback.room.queries.last_event_id(last, room),
        )


def full_room_state(room: Room) -> RoomState:
    return room_state(room, Member.objects.host_of(room), room.playback.settings)


def limits(sockets: int) -> Limits:
    spread_ms = min(MAX_SPREAD_MS, max(1000, sockets * SPREAD_MS_PER_100_SOCKETS // 100))
    return Limits(
        frame_bytes=MAX_FRAME_BYTES,
        comment_chars=settings.COMMENT_CHARS,
        heartbeat_ms=settings.HEARTBEAT_MS,
        reconnect_spread_ms=spread_ms,
    )


def compose_snapshot(
    member: Member, device_id: str, applied: LogPosition | None, sockets: int
) -> list[Welcome | Events]:
    """The welcome; also the missed events, if the client can resume."""
    contents = RoomContents.now(member.room_id)
    room = contents.room
    resumed = applied is not None and _can_resume(room, applied)
    if applied is not None and not resumed and _detects_restore(room, applied):
        rooms.actions.suspect_restore(room)
    queue_revision, queue = encoded_queue(room)
    # An earlier version of the page does not name the revision of the queue, and does not show it.
    has_queue = resumed and applied is not None and applied.queue_revision in (None, queue_revision)
    payload = WelcomeState(
        you=you_state(member, device_id),
        room=room_state(room, contents.host, contents.playback.settings),
        members=[member_state(present) for present in contents.present],
        timeline=None if resumed else playback.room.queries.snapshot_of(contents.playback),
        comments=None if resumed else Comment.objects.recent(room, COMMENTS_AT_JOIN, reader=member.person_id),
        revision=room.revision,
        event_id=contents.event_id,
        comment_seq=room.comment_seq,
        limits=limits(sockets),
        clock_id=server_clock.clock_id(),
        resumed=resumed,
        queue=None if has_queue else queue,  # type: ignore[arg-type]  # encoded once for all members
        queue_revision=queue_revision,
    )
    welcome = Welcome(room_id=room.room_id, timestamp=server_clock.now_ms(), payload=payload)
    if not resumed or applied is None:
        return [welcome]
    return [welcome, _missed_since(room, member.person_id, applied.revision, applied.comment_seq)]


def _can_resume(room: Room, applied: LogPosition) -> bool:
    """Whether the client's state is a prefix of the log, so that it lacks later events only."""
    return (
        applied.epoch in ("", room.epoch)
        and _knows_comments(room, applied.comment_seq)
        and playback.room.queries.resumes(room, applied.revision, applied.event_id)
    )


def _detects_restore(room: Room, applied: LogPosition) -> bool:
    """Whether the client applied events of this epoch that the log lacks: a backup was restored."""
    return applied.epoch == room.epoch and (
        applied.comment_seq > room.comment_seq
        or playback.room.queries.contradicts(room, applied.revision, applied.event_id)
    )


def _knows_comments(room: Room, comment_seq: int) -> bool:
    """False if the client has a later comment than the room: a backup was restored."""
    return 0 <= comment_seq <= room.comment_seq


def _missed_since(
    room: Room, reader: int, since: int, comment_seq: int, queue_revision: int | None = None
) -> Events:
    """Events and comments after a revision and a comment, at most 500 of each; `more` if there are others."""
    events = playback.room.queries.missed(room, since, playback.room.queries.MAX_EVENTS)
    missed = Comment.objects.missed(room, comment_seq, playback.room.queries.MAX_EVENTS, reader=reader)
    more_events = len(events) == playback.room.queries.MAX_EVENTS
    payload = MissedEvents(
        events=events,
        comments=missed.comments,
        deleted=missed.deleted,
        changed=missed.changed,
        revision=since + len(events) if more_events else room.revision,
        comment_seq=missed.seq if missed.more else room.comment_seq,
        more=more_events or missed.more,
        queue=_queue_unless_known(room, queue_revision),  # type: ignore[arg-type]  # encoded once for all members
    )
    return Events(room_id=room.room_id, timestamp=server_clock.now_ms(), payload=payload)


def _queue_unless_known(room: Room, queue_revision: int | None) -> msgspec.Raw | None:
    if queue_revision is None or queue_revision == room.queue_revision:
        return None
    return encoded_queue(room)[1]


def missed_events(
    member: Member,
    device_id: str,
    since: int,
    comment_seq: int,
    sockets: int,
    queue_revision: int | None = None,
) -> Welcome | Events:
    """The events after the client's revision; a snapshot if the log does not reach back that far.

    With the queue, if the client shows it and has another revision of it.
    """
    member = access.reload_member(member)
    room = member.room
    if _knows_comments(room, comment_seq) and playback.room.queries.reaches_back(room, since):
        return _missed_since(room, member.person_id, since, comment_seq, queue_revision)
    return compose_snapshot(member, device_id, None, sockets)[0]
