"""The server's clock, as a program sees it: measured by pings, without jumps. Pure; local times are passed in.

`static/js/core/clock/clock.js` has the same rules. Local times are milliseconds of a monotonic clock.
"""

from __future__ import annotations

from collections import deque

from watchium.client.clock_offset import offset_and_delay
from watchium.client.offset_estimator import OffsetEstimator, Sample

USABLE_AFTER = 5
SETTLED_AFTER = 30
STALE_PONG_MS = 5000.0
SLEW_MS_PER_S = 0.5
SLEW_MORE_BEYOND_MS, SLEW_MORE_PER_S = 1.0, 0.5
STEP_BEYOND_MS = 25.0
WALL_STEP_MS = 250.0
MOVEMENT_MS = 10_000.0


class ServerClock:
    """`steps` counts the discontinuities of the output; a control of a player starts over when it changes."""

    def __init__(self) -> None:
        self.estimator = OffsetEstimator()
        self.pongs = 0
        self.steps = 0
        self.clock_id: str | None = None
        self._trail: deque[tuple[float, float]] = deque()
        self._output: float | None = None
        self._output_at_ms = 0.0
        self._last_reading: tuple[float, float] | None = None

    @property
    def locked(self) -> bool:
        """Corrections wait until this is true."""
        return self.pongs >= USABLE_AFTER

    @property
    def movement_ms(self) -> float:
        """How far the estimate moved within the last ten seconds. A player must not chase that."""
        if self._output is None or not self._trail:
            return 0.0
        return abs(self._output - self._trail[0][1])

    def invalidate(self) -> None:
        """Discard the samples. The last output stays as the best guess until there are new ones."""
        self.estimator = OffsetEstimator()
        self.pongs = 0
        self._trail.clear()

    def connected(self, clock_id: str, server_ms: float, now_ms: float) -> None:
        """A welcome arrived: its time is a first guess; another server's clock starts over."""
        if self.clock_id not in (None, clock_id):
            self.invalidate()
        self.clock_id = clock_id
        if self._output is None:
            self._set(server_ms - now_ms, now_ms)

    def pong_received(self, t0: float, t1: float, t2: float, t3: float, clock_id: str) -> bool:
        """Take one exchange: sent at `t0` and answered at `t3` of the local clock. Return whether it was used."""
        if t3 - t0 > STALE_PONG_MS or t3 < t0 or t2 < t1:
            return False
        if self.clock_id not in (None, clock_id):
            self.invalidate()
        self.clock_id = clock_id
        self.pongs += 1
        offset_ms, delay_ms = offset_and_delay(t0, t1, t2, t3)
        self.estimator.add(Sample(t3 / 1000, max(0.0, delay_ms), offset_ms))
        return True

    def server_now(self, now_ms: float) -> float:
        return now_ms + self.offset_at(now_ms)

    def offset_at(self, now_ms: float) -> float:
        """Server clock minus local clock; continuous but for steps of more than a frame."""
        if self.pongs == 0:
            return self._output or 0.0
        predicted = self.estimator.offset_at(now_ms / 1000)
        if self._output is None:
            return self._set(predicted, now_ms)
        error = predicted - self._output
        if self.pongs < SETTLED_AFTER or abs(error) > STEP_BEYOND_MS:
            self._trail.clear()  # settling is not movement
            return self._set(predicted, now_ms)
        per_s = SLEW_MS_PER_S + SLEW_MORE_PER_S * max(0.0, abs(error) - SLEW_MORE_BEYOND_MS)
        most = per_s * max(0.0, now_ms - self._output_at_ms) / 1000
        return self._set(self._output + min(max(error, -most), most), now_ms)

    def _set(self, offset_ms: float, now_ms: float) -> float:
        if self._output is not None and abs(offset_ms - self._output) > STEP_BEYOND_MS:
            self.steps += 1
        self._output = offset_ms
        self._output_at_ms = max(self._output_at_ms, now_ms)
        if not self._trail or now_ms - self._trail[-1][0] >= 1000:
            self._trail.append((now_ms, offset_ms))
        while self._trail and self._trail[0][0] < now_ms - MOVEMENT_MS:
            self._trail.popleft()
        return offset_ms

    def detect_sleep(self, wall_ms: float, now_ms: float) -> bool:
        """Compare both local clocks; return True if the samples were discarded, so that a burst of pings is due."""
        before, self._last_reading = self._last_reading, (wall_ms, now_ms)
        if before is None:
            return False
        passed_ms = now_ms - before[1]
        if abs(wall_ms - before[0] - passed_ms) <= WALL_STEP_MS:
            return False
        self.invalidate()
        return True
