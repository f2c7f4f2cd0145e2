"""The latencies of starting, seeking and placing on this device, learned from every start and every seek. Pure.

`static/js/core/sync/latency_model.js` has the same rules. The first guesses are those of mpv 0.35 on its null output.
"""

from __future__ import annotations

from enum import StrEnum

from watchium.client.sync.error_samples import clamp

SCATTER_MS = 25.0
START_GAIN = 0.4
SEEK_GAIN = 0.5
PLACE_GAIN_UP, PLACE_GAIN_DOWN = 0.7, 0.15
START_LEAST_MS = -50.0
START_MOST_MS = 250.0
SEEK_MOST_MS = 1500.0
PLACE_MOST_MS = 1000.0


class Start(StrEnum):
    """After a seek or a load; after a plain pause."""

    FRESH = "fresh"
    REST = "rest"


class LatencyModel:
    """`start_ms`: from the command until it moves; `seek_ms`: lost by a seek while playing; `place_ms`: by one before
    a start."""

    def __init__(self) -> None:
        self.start_ms = {Start.FRESH: 20.0, Start.REST: 10.0}
        self.seek_ms = 40.0
        self.place_ms = 60.0
        self._learned: set[str] = set()

    def record_start(self, kind: Start, error_ms: float) -> None:
        """The player was `error_ms` behind after a start."""
        changed = self.start_ms[kind] + self._gain(kind, error_ms, START_GAIN) * error_ms
        self.start_ms[kind] = clamp(changed, START_LEAST_MS, START_MOST_MS)

    def record_seek(self, error_ms: float) -> None:
        """The player was `error_ms` behind after a seek while playing."""
        changed = self.seek_ms + self._gain("seek", error_ms, SEEK_GAIN) * error_ms
        self.seek_ms = clamp(changed, 0.0, SEEK_MOST_MS)

    def record_placing(self, took_ms: float) -> None:
        """The paused player could start `took_ms` after it was placed."""
        error_ms = took_ms - self.place_ms
        gain = PLACE_GAIN_UP if error_ms > 0 else PLACE_GAIN_DOWN
        self.place_ms = clamp(self.place_ms + gain * error_ms, 0.0, PLACE_MOST_MS)

    def _gain(self, latency: str, error_ms: float, usual: float) -> float:
        first = latency not in self._learned
        self._learned.add(latency)
        return 1.0 if first and abs(error_ms) > SCATTER_MS else usual
