"""The one place where an accepted change is written: timeline, revision, log, sync states, none without the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from playback.domain.drift import OLDEST_MS, is_about
from playback.domain.timeline import Timeline
from playback.models import Playback, PlaybackEvent, SyncState
from playback.room.serializers import event_of
from playback.room.status_reports import LAST
from rooms.models import Member
from watchium.db.prepared import PreparedQuery, run_in_one_round_trip
from watchium.db.rows import insert
from watchium.realtime import broadcast

# Changes of other things than playback say nothing about how well it is kept in step.
UNJUDGED = {"new_host", "room_changed"}


@dataclass(frozen=True)
class Reason:
    """Who or what brought a change about; nobody: the course of things, told by `cause`."""

    by: Member | None = None
    event_id: str | None = None
    content_hash: str = ""
    client_ms: float | None = None
    cause: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


def record(playback: Playback, kind: str, timeline: Timeline, why: Reason, now_ms: float) -> PlaybackEvent:
    """Write the change and tell the room once it is committed.

    `playback.room` is locked, `timeline` follows from `playback.timeline`; `playback.media` may already be another.
    """
    judged = [] if kind in UNJUDGED else [_sync_states(playback, kind, now_ms)]
    playback.keep(timeline, now_ms)
    if held := playback.held:
        why.metadata["hold"] = msgspec.to_builtins(held.for_wire())
    room = playback.room
    taken = room.take_revision()
    assert room.revision == timeline.revision, (
        "every change is one transition away from the timeline under the lock"
    )
    row = PlaybackEvent(
        room=room, type=kind, revision=room.revision, **_of_timeline(playback, timeline), **_of_why(why)
    )
    ((row.pk,),), *_ = run_in_one_round_trip(insert(row), taken, playback.kept(), *judged)
    broadcast.to_room(room.room_id, event_of(row, room))
    return row


def explain(
    playback: Playback, kind: str, why: Reason, now_ms: float, position_s: float | None = None
) -> None:
    """A row without a revision, told to nobody: what explains a room's evening later on. Once per event_id."""
    timeline = playback.timeline
    told = {**_of_timeline(playback, timeline), "at_ms": now_ms}
    told["position"] = timeline.position_at(now_ms) if position_s is None else position_s
    row = PlaybackEvent(room=playback.room, type=kind, **told, **_of_why(why))
    PlaybackEvent.objects.bulk_create([row], ignore_conflicts=True)


def _of_timeline(playback: Playback, timeline: Timeline) -> dict[str, Any]:
    return {
        "at_ms": timeline.at_ms,
        "position": timeline.position_s,
        "rate": timeline.rate,
        "phase": timeline.phase,
        "duration": timeline.duration_s,
        "duration_source": timeline.duration_source,
        "media": playback.media,
    }


def _of_why(why: Reason) -> dict[str, Any]:
    return {
        "person": why.by.person if why.by else None,
        "username": why.by.username if why.by else None,
        "event_id": why.event_id,
        "content_hash": why.content_hash,
        "client_ms": why.client_ms,
        "cause": why.cause,
        "metadata": why.metadata,
    }


def _sync_states(playback: Playback, kind: str, now_ms: float) -> PreparedQuery:
    """One for each present member: where the room was when this happened, and where the member.

    A report from before the last change does not tell where its player is now: such a member has no time.
    """
    timeline = playback.timeline
    # A copy first: heartbeats arrive on another thread than deeds run on.
    heard = list(LAST.for_room(playback.room.room_id).items())
    positions = {
        user_id: seen.position_at(now_ms, playback.rate)
        for user_id, seen in heard
        if seen.fresh(now_ms) and is_about(seen, timeline)
    }
    host_time = timeline.position_at(now_ms)
    within_ms = min(OLDEST_MS, now_ms - timeline.at_ms)
    return SyncState.of_present(playback.room, kind, host_time, timeline.velocity, positions, within_ms)
