"""An evening played again: its stretches one after another, without what was between them.

`static/js/core/room/replay.js` finds what plays at a time of the replay; `tests/vectors/replay.json` tests both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from playback.domain.evening.stretches import Stretch


@dataclass(frozen=True)
class Replay:
    """`stretches` is not empty; they follow each other without overlaps."""

    stretches: Sequence[Stretch]

    @cached_property
    def starts_s(self) -> list[float]:
        """Return when each stretch begins in the replay, and when the last one ends."""
        return [0.0, *accumulate(stretch.lasts_ms / 1000 for stretch in self.stretches)]

    @property
    def lasts_s(self) -> float:
        return self.starts_s[-1]

    def moment_of(self, at_ms: float) -> float:
        """Return the time in the replay of what happened at a server time; in a pause, that of the pause."""
        index = bisect_right(self.stretches, at_ms, key=lambda stretch: stretch.start_ms) - 1
        if index < 0:
            return 0.0
        stretch = self.stretches[index]
        return self.starts_s[index] + min(at_ms - stretch.start_ms, stretch.lasts_ms) / 1000
