"""Starts that are announced before the media end: what plays until then is remembered, and can be brought back."""

from __future__ import annotations

import msgspec

from playback.domain.room_queue.ending import Ending
from playback.models import Playback

EXTRAS = ("captions", "chapters", "caption_shift_ms")


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
    playback.as_read = ()  # all is written
    playback.brought_back = ending
    for name in EXTRAS:
        setattr(playback, name, getattr(ending, name))
