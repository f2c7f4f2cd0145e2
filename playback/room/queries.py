"""What others ask about a room's playback."""

from __future__ import annotations

import msgspec

from playback.models import Playback, PlaybackEvent
from playback.room.serializers import frame_of
from rooms.models import Room
from watchium.db.prepared import Rows
from watchium.protocol.types import TimelineState

AT_ONCE = 500  # what is told again at most; who missed more gets a snapshot


def snapshot(room: Room) -> TimelineState:
    """The room's playback as the wire shows it."""
    return snapshot_of(Playback.objects.of(room))


def snapshot_of(playback: Playback) -> TimelineState:
    timeline = playback.timeline
    return TimelineState(
        revision=timeline.revision,
        timestamp=timeline.at_ms,
        current_time=timeline.position_s,
        is_playing=timeline.playing,
        rate=timeline.rate,
        phase=timeline.phase,
        duration=timeline.duration_s,
        duration_source=None if timeline.duration_s is None else timeline.duration_source,
        media=playback.medium,
        hold=held.for_wire() if (held := playback.held) else None,
    )


def position_now(room: Room, now_ms: float) -> float:
    """Media time in seconds at server time `now_ms`."""
    return Playback.objects.of(room).timeline.position_at(now_ms)


def missed(room: Room, since: int, limit: int = AT_ONCE) -> list[msgspec.Raw]:
    """The changes after a revision, oldest first, each a whole envelope exactly as it was told."""
    return [frame_of(row, room) for row in PlaybackEvent.objects.since(room, since, limit)]


def reaches_back(room: Room, since: int) -> bool:
    """Whether the log has every change after `since`: neither trimmed nor too many to be told at once."""
    behind = room.revision - since
    if behind == 0:
        return True
    return 0 < behind <= AT_ONCE and PlaybackEvent.objects.event_at(room, since + 1) is not None


def resumes(room: Room, revision: int, event_id: str | None) -> bool:
    """Whether who last applied that change only needs what came after, instead of a snapshot.

    A change that nobody commanded has no event_id; an empty one stands for it.
    """
    if not 0 <= revision <= room.revision:
        return False
    if revision == 0:
        return not event_id and reaches_back(room, 0)
    applied = PlaybackEvent.objects.event_at(room, revision)
    if applied is None or (applied.event_id or "") != (event_id or ""):
        return False
    return reaches_back(room, revision)


def contradicts(room: Room, revision: int, event_id: str) -> bool:
    """Whether the log never had that change at that revision. Where it was trimmed it says nothing."""
    if revision > room.revision:
        return True
    applied = PlaybackEvent.objects.event_at(room, revision)
    return applied is not None and (applied.event_id or "") != event_id


def last_event_id(found: Rows, room: Room) -> str:
    """What the change at the room's revision was commanded with; empty where nobody commanded it, or there was none.

    `found` is what `PlaybackEvent.to_find_last` gave, perhaps a moment after the room was read.
    """
    if found and found[0][0] != room.revision:
        return PlaybackEvent.objects.event_id_at(room, room.revision) or ""
    return (found[0][1] or "") if found else ""
