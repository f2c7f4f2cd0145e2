"""Measure the skew of two players independently of Watchium's clock synchronisation.

Each page's `performance.now()` is mapped to this process's monotonic clock by the fastest of several round trips.
Position and clock are read in one task of the page.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from playwright.sync_api import Frame, Page

ROUND_TRIPS = 30


class NotPlaying(AssertionError):
    """A player is paused, perhaps only until it starts where the room will be."""


@dataclass(frozen=True)
class Where:
    """A player's position in seconds at an instant of this process's clock, in seconds."""

    at_s: float
    position_s: float
    paused: bool


class Eye:
    """Reads the position of one page's player, or of another element with one."""

    def __init__(self, page: Page | Frame, element: str = "document.querySelector('[data-media]')") -> None:
        self.page = page
        self.element = element
        self.offset_s = self._offset_s()

    def _offset_s(self) -> float:
        """Return this process's clock minus the page's, from the fastest exchange."""
        best = (float("inf"), 0.0)
        for _ in range(ROUND_TRIPS):
            before = time.monotonic()
            there = self.page.evaluate("performance.now()") / 1000
            after = time.monotonic()
            best = min(best, (after - before, (before + after) / 2 - there))
        return best[1]

    def look(self) -> Where:
        now_ms, position_s, paused = self.page.evaluate(
            f"""() => {{ const media = {self.element};
                return [performance.now(), media.currentTime, media.paused] }}"""
        )
        return Where(now_ms / 1000 + self.offset_s, position_s, paused)


def skew_ms(one: Eye, other: Eye) -> float:
    """Return how far `other` is ahead of `one` while both play at normal speed: the median of five samples.

    Raises NotPlaying.
    """
    samples = sorted(_skew_s(one.look(), other.look()) for _ in range(5))
    return samples[2] * 1000


def _skew_s(one: Where, other: Where) -> float:
    if one.paused or other.paused:
        raise NotPlaying
    return other.position_s - (one.position_s + other.at_s - one.at_s)
