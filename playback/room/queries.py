"""Read a room's playback: its current state, and the events after a revision."""

from __future__ import annotations

import msgspec

from playback.models import Playback, PlaybackEvent
from playback.room.announcement import ending_at
from playback.room.serializers import frame_of
from rooms.models import Room
from watchium.db.prepared import Rows
from watchium.protocol.types import Media, TimelineState

MAX_EVENTS = 500  # resent at most; a client that missed more gets a snapshot


def snapshot(room: Room) -> TimelineState:
    """Return the room's playback as the protocol shows it."""
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
        media=playback.current_media,
        hold=wait.to_protocol() if (wait := playback.current_wait) else None,
    )


def position_now(room: Room, now_ms: float) -> float:
    """Media time in seconds at server time `now_ms`, of what plays until an announced start."""
    playback = Playback.with_position(room)
    ending = ending_at(playback, now_ms)
    timeline = playback.timeline if ending is None else ending.timeline(room.revision)
    return timeline.position_at(now_ms)


def media_now(room: Room, now_ms: float) -> Media | None:
    """What plays at server time `now_ms`, although other media may be announced."""
    playback = Playback.objects.of(room)
    ending = ending_at(playback, now_ms)
    return playback.current_media if ending is None else msgspec.convert(ending.media, Media | None)


def missed(room: Room, since: int, limit: int = MAX_EVENTS) -> list[msgspec.Raw]:
    """Return the events after a revision, oldest first, each the complete envelope that was broadcast."""
    return [frame_of(row, room) for row in PlaybackEvent.objects.since(room, since, limit)]


def reaches_back(room: Room, since: int) -> bool:
    """Whether the log has every change after `since`, and no more than `MAX_EVENTS` of them."""
    behind = room.revision - since
    if behind == 0:
        return True
    return 0 < behind <= MAX_EVENTS and PlaybackEvent.objects.event_at(room, since + 1) is not None


def resumes(room: Room, revision: int, event_id: str | None) -> bool:
    """Whether a client that last applied this change needs only the later ones instead of a snapshot.

    A change without a command has no event_id; the client names it with an empty one.
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
    """Whether the log proves that this revision was another change. A trimmed log proves nothing."""
    if revision > room.revision:
        return True
    applied = PlaybackEvent.objects.event_at(room, revision)
    return applied is not None and (applied.event_id or "") != event_id


def last_event_id(found: Rows, room: Room) -> str:
    """Return the event_id of the command behind the room's revision; empty without a command or a change.

    `found` is the result of `PlaybackEvent.to_find_last`, perhaps read a moment after the room.
    """
    if found and found[0][0] != room.revision:
        return PlaybackEvent.objects.event_id_at(room, room.revision) or ""
    return (found[0][1] or "") if found else ""
