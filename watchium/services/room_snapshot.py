"""What a member is told on arriving: all of the room, or only what they missed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings

import playback.room.queries
import rooms.actions
from chat.models import Comment
from playback.models import Playback, PlaybackEvent
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
SPREAD_MOST_MS = 12_000  # a thousand come back at 12.5 % of them in the fullest second; with 8 s at a third


@dataclass(frozen=True)
class Applied:
    """What a returning client applied last, and of which log; no `epoch` where it does not say."""

    revision: int
    event_id: str
    comment_seq: int
    epoch: str = ""

    @classmethod
    def from_query(cls, query: dict[str, str]) -> Applied | None:
        """None when the address says nothing of it, or nothing sensible."""
        try:
            return cls(
                int(query["revision"]),
                query.get("event_id", ""),
                int(query.get("comment_seq", "0")),
                query.get("epoch", ""),
            )
        except (KeyError, ValueError):
            return None


class Seen(NamedTuple):
    """A room and what is told of it, all but what was said."""

    room: Room
    host: Member | None
    present: list[Member]
    playback: Playback
    event_id: str

    @classmethod
    def now(cls, room_pk: int) -> Seen:
        rooms_read, hosts, present, playbacks, last = run_in_one_round_trip(
            Room.to_read_with_owner(room_pk),
            Member.to_find_host(room_pk),
            Member.to_read_present(room_pk),
            Playback.to_read(room_pk),
            PlaybackEvent.to_find_last(room_pk),
        )
        room = Room.from_rows_with_owner(rooms_read)
        return cls(
            room,
            next(iter(Member.from_rows(hosts, room)), None),
            Member.from_rows(present, room),
            Playback.from_rows(playbacks, room),
            playback.room.queries.last_event_id(last, room),
        )


def whole_room_state(room: Room) -> RoomState:
    return room_state(room, Member.objects.host_of(room), room.playback.settings)


def limits(sockets: int) -> Limits:
    spread_ms = min(SPREAD_MOST_MS, max(1000, sockets * SPREAD_MS_PER_100_SOCKETS // 100))
    return Limits(
        frame_bytes=MAX_FRAME_BYTES,
        comment_chars=settings.COMMENT_CHARS,
        heartbeat_ms=settings.HEARTBEAT_MS,
        reconnect_spread_ms=spread_ms,
    )


def compose_snapshot(
    member: Member, device_id: str, applied: Applied | None, sockets: int
) -> list[Welcome | Events]:
    """The welcome, and for a client whose own state still holds the events it missed."""
    seen = Seen.now(member.room_id)
    room = seen.room
    resumed = applied is not None and _still_holds(room, applied)
    if applied is not None and not resumed and _detects_restore(room, applied):
        rooms.actions.suspect_restore(room)
    payload = WelcomeState(
        you=you_state(member, device_id),
        room=room_state(room, seen.host, seen.playback.settings),
        members=[member_state(present) for present in seen.present],
        timeline=None if resumed else playback.room.queries.snapshot_of(seen.playback),
        comments=None if resumed else [c.as_state() for c in Comment.objects.recent(room, COMMENTS_AT_JOIN)],
        revision=room.revision,
        event_id=seen.event_id,
        comment_seq=room.comment_seq,
        limits=limits(sockets),
        clock_id=server_clock.clock_id(),
        resumed=resumed,
    )
    welcome = Welcome(room_id=room.room_id, timestamp=server_clock.now_ms(), payload=payload)
    if not resumed or applied is None:
        return [welcome]
    return [welcome, compose_missed(room, applied.revision, applied.comment_seq)]


def _still_holds(room: Room, applied: Applied) -> bool:
    """Whether all that this client lacks is what came after."""
    return (
        applied.epoch in ("", room.epoch)
        and _knows_comments(room, applied.comment_seq)
        and playback.room.queries.resumes(room, applied.revision, applied.event_id)
    )


def _detects_restore(room: Room, applied: Applied) -> bool:
    """It was told, in this very epoch, what the room's log does not have."""
    return applied.epoch == room.epoch and (
        applied.comment_seq > room.comment_seq
        or playback.room.queries.contradicts(room, applied.revision, applied.event_id)
    )


def _knows_comments(room: Room, comment_seq: int) -> bool:
    """False for who has heard more than was ever said: the server was restored from a backup."""
    return 0 <= comment_seq <= room.comment_seq


def compose_missed(room: Room, since: int, comment_seq: int) -> Events:
    """Everything after a revision and a comment, at most 500 of each; `more` when that was not all."""
    events = playback.room.queries.missed(room, since, playback.room.queries.MAX_EVENTS)
    said = Comment.objects.missed(room, comment_seq, playback.room.queries.MAX_EVENTS)
    more_events = len(events) == playback.room.queries.MAX_EVENTS
    payload = MissedEvents(
        events=events,
        comments=said.comments,
        deleted=said.deleted,
        revision=since + len(events) if more_events else room.revision,
        comment_seq=said.seq if said.more else room.comment_seq,
        more=more_events or said.more,
    )
    return Events(room_id=room.room_id, timestamp=server_clock.now_ms(), payload=payload)


def missed_events(
    member: Member, device_id: str, since: int, comment_seq: int, sockets: int
) -> Welcome | Events:
    """What a client asked for by revision; the whole room where the log does not reach back that far."""
    member = access.reload_member(member)
    room = member.room
    if _knows_comments(room, comment_seq) and playback.room.queries.reaches_back(room, since):
        return compose_missed(room, since, comment_seq)
    return compose_snapshot(member, device_id, None, sockets)[0]
