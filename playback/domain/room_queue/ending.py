"""What plays until a start that was announced already. Pure.

The next entry, and the next lap of a loop, are announced before the media end, so that players continue without a stop.
Commands until then are about the media that still play: they bring them back.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from playback.domain.timeline import PLAYING, Timeline


class Ending(Struct, frozen=True, kw_only=True):
    """Media that play until `starts_at_ms`, and everything that belongs to them. `entry_id`: in the queue.

    `media`, `captions` and `chapters` are as they are stored.
    """

    starts_at_ms: float
    position_s: float
    rate: float
    at_ms: float
    duration_s: float | None
    duration_source: str
    refuted_s: float | None
    media: Any
    entry_id: str | None = None
    captions: list[Any] = []
    chapters: list[Any] = []
    caption_shift_ms: int = 0

    def timeline(self, revision: int) -> Timeline:
        return Timeline(
            self.position_s,
            self.rate,
            PLAYING,
            self.at_ms,
            revision,
            self.duration_s,
            self.duration_source,
        )

    @property
    def has_extras(self) -> bool:
        """Whether members gave it captions, chapters or a shift."""
        return bool(self.captions or self.chapters or self.caption_shift_ms)

    def plays_at(self, ms: float, announced: Timeline) -> bool:
        """Whether it plays at that time, given that the room's timeline is the announced one or a later one."""
        is_announced = announced.playing and announced.at_ms == self.starts_at_ms
        return is_announced and ms < self.starts_at_ms
