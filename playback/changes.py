"""The one place where an accepted change is written: timeline, revision, log, sync states, none without the others."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec
from django.utils import timezone

from playback.drift import OLDEST_MS, SYNCED_S
from playback.events import event_of
from playback.models import Playback, PlaybackEvent, SyncState
from playback.reports import LAST
from playback.timeline import Timeline
from rooms.models import Member
from watchium.wire import broadcast

# Changes of other things than playback say nothing about how well it is kept in step.
UNJUDGED = {"new_host", "room_changed"}


@dataclass(frozen=True)
class Why:
    """Who or what brought a change about; nobody: the course of things, told by `cause`."""

    by: Member | None = None
    event_id: str | None = None
    content_hash: str = ""
    client_ms: float | None = None
    cause: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)


def record(playback: Playback, kind: str, timeline: Timeline, why: Why, now_ms: float) -> PlaybackEvent:
    """Write the change and tell the room once it is committed.

    `playback.room` is locked, `timeline` follows from `playback.timeline`; `playback.media` may already be another.
    """
    judge = kind not in UNJUDGED
    states = _sync_states(playback, kind, now_ms) if judge else []
    playback.keep(timeline, now_ms)
    playback.save()
    if held := playback.held:
        why.metadata["hold"] = msgspec.to_builtins(held.for_wire())
    revision = playback.room.take_revision()
    assert revision == timeline.revision, (
        "every change is one transition away from the timeline under the lock"
    )
    row = PlaybackEvent.objects.create(
        room=playback.room, type=kind, revision=revision, **_of_timeline(playback, timeline), **_of_why(why)
    )
    SyncState.objects.bulk_create(states)
    broadcast.to_room(playback.room.room_id, event_of(row, playback.room))
    return row


def explain(playback: Playback, kind: str, why: Why, now_ms: float, position_s: float | None = None) -> None:
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
        "media": playback.media,
    }


def _of_why(why: Why) -> dict[str, Any]:
    return {
        "person": why.by.person if why.by else None,
        "username": why.by.username if why.by else None,
        "event_id": why.event_id,
        "content_hash": why.content_hash,
        "client_ms": why.client_ms,
        "cause": why.cause,
        "metadata": why.metadata,
    }


def _sync_states(playback: Playback, kind: str, now_ms: float) -> list[SyncState]:
    """One for each present member: where the room was when this happened, and where the member."""
    host_time = playback.timeline.position_at(now_ms)
    return [
        _sync_state(playback, member, host_time, _position_of(playback, member, now_ms), kind)
        for member in playback.room.members.present()
    ]


def _sync_state(
    playback: Playback, member: Member, host_time: float, member_time: float | None, kind: str
) -> SyncState:
    difference = None if member_time is None else abs(host_time - member_time)
    return SyncState(
        room=playback.room,
        member=member,
        host_time=host_time,
        member_time=member_time,
        time_difference=difference,
        is_synced=None if difference is None else difference <= SYNCED_S,
        sync_event_type=kind,
    )


def _position_of(playback: Playback, member: Member, now_ms: float) -> float | None:
    """From the last heartbeat, this process's or what another one wrote; None when there is no recent one."""
    seen = LAST.for_room(playback.room.room_id).get(member.person.user_id)
    if seen is not None and seen.fresh(now_ms):
        return seen.position_at(now_ms, playback.rate)
    if member.last_heartbeat is None or member.position is None:
        return None
    age_ms = (timezone.now() - member.last_heartbeat).total_seconds() * 1000
    if age_ms > OLDEST_MS:
        return None
    return member.position + playback.timeline.velocity * max(0.0, age_ms) / 1000
