"""The only place that writes an accepted change: timeline, revision, log row and sync states, all or nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

from playback.domain.drift import MAX_AGE_MS, is_about
from playback.domain.evening.continuing import BARELY_BEGUN_S
from playback.domain.start_lead import CATCHING_UP
from playback.domain.timeline import Timeline
from playback.models import Playback, PlaybackEvent, PlayedMedia, RoomCaptions, SyncState, WatchedMedia
from playback.room.serializers import event_of
from playback.room.status_reports import LAST_REPORTS
from rooms.models import Member
from watchium.db.prepared import PreparedQuery, run_in_one_round_trip
from watchium.db.rows import insert
from watchium.realtime import broadcast

# Changes outside playback say nothing about how well it is synchronised.
NOT_EVALUATED = {"new_host", "room_changed"}


@dataclass(frozen=True)
class Reason:
    """The member and command behind a change, or the `cause` of a change without a command."""

    by: Member | None = None
    event_id: str | None = None
    content_hash: str = ""
    client_ms: float | None = None
    cause: str | None = None
    metadata: dict[str, Any] = field(default_factory=dict)
    queue_revision: int | None = None  # of a command about the queue


def record(playback: Playback, kind: str, timeline: Timeline, reason: Reason, now_ms: float) -> PlaybackEvent:
    """Write the change, and broadcast it to the room on commit.

    `playback.room` is locked, `timeline` is one transition from `playback.timeline`; `playback.media` may already be
    the new media.
    """
    if playback.ending is not None and playback.ending["starts_at_ms"] != timeline.at_ms:
        RoomCaptions.objects.end_with_ending(playback)
    if kind == "load":
        RoomCaptions.objects.end_with_media(playback)
    left_s = playback.timeline.position_at(now_ms) if is_left(kind, reason) else 0.0
    left_duration_s = playback.duration
    sync_states = [] if kind in NOT_EVALUATED else [_sync_states(playback, kind, now_ms)]
    playback.set_timeline(timeline, now_ms)
    if wait := playback.current_wait:
        reason.metadata["hold"] = msgspec.to_builtins(wait.to_protocol())
    room = playback.room
    take_revision = room.take_revision()
    assert room.revision == timeline.revision, (
        "every change is one transition away from the timeline under the lock"
    )
    row = PlaybackEvent(
        room=room,
        type=kind,
        revision=room.revision,
        **_timeline_fields(playback, timeline),
        **_reason_fields(reason),
    )
    history = _history(playback, left_s, left_duration_s, now_ms)
    if playback.brought_back is not None:  # the announcement recorded them as left
        history.insert(0, PlayedMedia.to_forget(room, playback.brought_back.at_ms))
        playback.brought_back = None
    ((row.pk,),), *_ = run_in_one_round_trip(
        insert(row), take_revision, playback.update_query(), *sync_states, *history
    )
    broadcast.to_room(room.room_id, event_of(row, room))
    return row


def is_left(kind: str, reason: Reason) -> bool:
    """Whether the change leaves what the room played: for other media, or for its beginning."""
    return kind == "load" or reason.cause == "reset"


def _history(
    playback: Playback, position_s: float, duration_s: float | None, now_ms: float
) -> list[PreparedQuery]:
    """Record the media that the room leaves, unless it is at their beginning.

    Members remember them only if they had more than barely begun.
    """
    media = playback.media_as_read
    if not position_s or media is None:
        return []
    played = PlayedMedia.to_record(playback.room, media, position_s, duration_s, now_ms)
    if position_s < BARELY_BEGUN_S:
        return played
    return [
        *played,
        WatchedMedia.to_record_for_present(playback.room, media, (position_s, duration_s), now_ms),
    ]


def record_watched(member: Member, now_ms: float) -> None:
    """Record in a member's own history where the room is, as the member leaves."""
    playback = Playback.objects.of(member.room)
    position_s = playback.timeline.position_at(now_ms)
    if playback.media is not None and position_s >= BARELY_BEGUN_S:
        left = (position_s, playback.duration)
        run_in_one_round_trip(
            WatchedMedia.to_record_for(member.person_id, member.room, playback.media, left, now_ms)
        )


def record_diagnostic(
    playback: Playback, kind: str, reason: Reason, now_ms: float, position_s: float | None = None
) -> None:
    """Write a row without a revision that is never published, for later diagnosis. Once per event_id."""
    timeline = playback.timeline
    fields = {**_timeline_fields(playback, timeline), "at_ms": now_ms}
    fields["position"] = timeline.position_at(now_ms) if position_s is None else position_s
    row = PlaybackEvent(room=playback.room, type=kind, **fields, **_reason_fields(reason))
    PlaybackEvent.objects.bulk_create([row], ignore_conflicts=True)


def _timeline_fields(playback: Playback, timeline: Timeline) -> dict[str, Any]:
    return {
        "at_ms": timeline.at_ms,
        "position": timeline.position_s,
        "rate": timeline.rate,
        "phase": timeline.phase,
        "duration": timeline.duration_s,
        "duration_source": timeline.duration_source,
        "media": playback.media,
    }


def _reason_fields(reason: Reason) -> dict[str, Any]:
    return {
        "person": reason.by.person if reason.by else None,
        "username": reason.by.username if reason.by else None,
        "event_id": reason.event_id,
        "content_hash": reason.content_hash,
        "client_ms": reason.client_ms,
        "cause": reason.cause,
        "metadata": reason.metadata,
        "queue_revision": reason.queue_revision,
    }


def _sync_states(playback: Playback, kind: str, now_ms: float) -> PreparedQuery:
    """Insert one sync state for each present member: the room's and the member's position at this change.

    A report from before the last change does not show where its player is now: such a member has no position.
    """
    timeline = playback.timeline
    # Copy first: heartbeats arrive on another thread than actions run on.
    reports = list(LAST_REPORTS.for_room(playback.room.room_id).items())
    positions = {
        user_id: received.position_at(now_ms, playback.rate)
        for user_id, received in reports
        if received.fresh(now_ms) and is_about(received, timeline) and received.report.state != CATCHING_UP
    }
    host_time = timeline.position_at(now_ms)
    within_ms = min(MAX_AGE_MS, now_ms - timeline.at_ms)
    return SyncState.insert_for_present(
        playback.room, kind, host_time, timeline.velocity, positions, within_ms
    )
