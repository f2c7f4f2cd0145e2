"""Starts that are announced before the media end, and the commands that arrive until then.

Viewers see the media that end. So a command about what plays brings them back; what follows is announced again later.
"""

from __future__ import annotations

import msgspec

from playback.domain.room_queue.changes import Origin
from playback.domain.room_queue.ending import Ending
from playback.models import Playback
from playback.room.event_log import Reason, record
from playback.room.queue.storage import queue_of, save_change
from playback.room.settings import room_settings

HOLD_BACK = "hold_back"
_EXTRAS = ("captions", "chapters", "caption_shift_ms")


def announce(playback: Playback, starts_at_ms: float, entry_id: str | None = None) -> None:
    """Remember what plays until that time, before it is replaced. Unsaved."""
    playback.ending = msgspec.to_builtins(
        Ending(
            starts_at_ms=starts_at_ms,
            position_s=playback.position,
            rate=playback.rate,
            at_ms=playback.at_ms,
            duration_s=playback.duration,
            duration_source=playback.duration_source,
            refuted_s=playback.duration_refuted,
            media=playback.media,
            entry_id=entry_id,
            captions=playback.captions,
            chapters=playback.chapters,
            caption_shift_ms=playback.caption_shift_ms,
        )
    )


def ending_at(playback: Playback, ms: float) -> Ending | None:
    """Return what plays at that time although the room's timeline is that of an announced start."""
    if playback.ending is None:
        return None
    ending = msgspec.convert(playback.ending, Ending)
    return ending if ending.plays_at(ms, playback.timeline) else None


def bring_back(playback: Playback, ending: Ending) -> None:
    """Make the ending media what the room plays. Unsaved."""
    timeline = ending.timeline(playback.room.revision)
    playback.position, playback.rate, playback.at_ms = timeline.position_s, timeline.rate, timeline.at_ms
    playback.duration, playback.duration_source = timeline.duration_s, timeline.duration_source
    playback.media, playback.duration_refuted = ending.media, ending.refuted_s
    playback.ends_at_ms, playback.ending = timeline.ends_at_ms, None
    for name in _EXTRAS:
        setattr(playback, name, getattr(ending, name))


def restore_extras(playback: Playback, ending: Ending, now_ms: float) -> None:
    """Give the media that were brought back their captions and chapters, which the announced load took away."""
    if ending.has_extras:
        playback.save(update_fields=_EXTRAS)
        restored = Reason(cause=HOLD_BACK, metadata={"room": room_settings(playback)})
        record(playback, "room_changed", playback.timeline.unmoved(), restored, now_ms)


def return_to_ending(playback: Playback, ms: float, now_ms: float) -> bool:
    """Bring back what plays at that time, also in the queue. Return False if the room's timeline is about it.

    The caller records the playback.
    """
    ending = ending_at(playback, ms)
    if ending is None:
        return False
    bring_back(playback, ending)
    if ending.entry_id is not None:
        announced = queue_of(playback.room)
        if ending.entry_id in announced.order:
            save_change(playback.room, announced, announced.at(ending.entry_id), Origin(HOLD_BACK), now_ms)
    restore_extras(playback, ending, now_ms)
    return True
