"""The last few errors of a player, and statistics of them. Pure.

`static/js/core/sync/error_samples.js` has the same rules and says where the numbers come from.
"""

from __future__ import annotations

from collections import deque
from statistics import fmean, median

MAD_TO_SIGMA = 1.48
PER_SIGMA = 3.5
NOISE_SAMPLES = 20
NOISE_ENOUGH = 5
STAIRS_PER_SIGMA = 3.0
DROPPED = 8
JUMP_MS = 20.0


def clamp(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


class ErrorSamples:
    """For a player that shows its position exactly."""

    size = 5
    enough = 3

    def __init__(self) -> None:
        self._recent: list[tuple[float, float]] = []
        self._differences: deque[float] = deque(maxlen=NOISE_SAMPLES)

    def discontinuity(self) -> None:
        """The player was moved: earlier errors are meaningless."""
        self._recent = []

    @property
    def errors(self) -> list[float]:
        return [error for _, error in self._recent]

    def add(self, now_ms: float, error_ms: float, u: float) -> None:
        """Older samples are moved along with the excursion `u`, so that all of them describe the present."""
        if self._recent:
            before_ms, last = self._recent[-1]
            gained = u * (now_ms - before_ms)
            if u == 0:
                self._differences.append(error_ms - last)
            self._recent = [(now_ms, error - gained) for _, error in self._recent]
        self._recent = [*self._recent, (now_ms, error_ms)][-self.size :]

    def estimate(self) -> float:
        """The present error."""
        return median(self.errors)

    def uncertainty_ms(self) -> float:
        """How far off an error may be by chance; from differences of neighbours, so that drift is not noise."""
        if len(self._differences) < NOISE_ENOUGH:
            return 0.0
        middle = median(self._differences)
        mad = median(abs(difference - middle) for difference in self._differences)
        return float(PER_SIGMA * MAD_TO_SIGMA * mad / 2**0.5)


class StairSamples(ErrorSamples):
    """For a player that shows the time of its last frame: the mean of many samples, spread over the frames."""

    size = 48
    enough = 8

    def add(self, now_ms: float, error_ms: float, u: float) -> None:
        super().add(now_ms, error_ms, u)
        latest, before = self.errors[-self.enough :], self.errors[: -self.enough]
        if before and abs(fmean(latest) - fmean(before)) > JUMP_MS:
            self._recent = self._recent[-self.enough :]

    def estimate(self) -> float:
        ordered = sorted(self.errors)
        dropped = len(ordered) // DROPPED
        return fmean(ordered[dropped : len(ordered) - dropped])

    def uncertainty_ms(self) -> float:
        middle = fmean(self.errors)
        variance = fmean((error - middle) ** 2 for error in self.errors)
        return float(STAIRS_PER_SIGMA * (variance / len(self.errors)) ** 0.5)
