"""A line through all samples of the server's clock: ridge regression weighted by round-trip time. Pure.

`static/js/core/clock/offset_estimator.js` has the same rules and says where the numbers come from.
"""

from __future__ import annotations

from typing import NamedTuple

MEMORY_S = 600.0
SAMPLES = 256
WEIGHT_FLOOR_MS = 0.3
TYPICAL = 0.25
SLOPE_PRIOR = 60.0
SLOPE_LIMIT = 0.2
SLOPE_FROM_S = 15.0
ROUTE_S = 40.0
ROUTE_RTT_MS = 15.0
ROUTE_OFFSET_MS = 5.0
ROUTE_AGREE_SAMPLES, ROUTE_AGREE_MS = 3, 10.0
JITTER_AFTER_FIRST, JITTER_OF, JITTER_AT_LEAST, JITTER_SHARE = 10, 40, 20, 0.95


class Sample(NamedTuple):
    """One exchange: when it ended, how long it took, and how far ahead the server's clock seemed to be."""

    at_s: float
    rtt_ms: float
    offset_ms: float


class OffsetEstimator:
    """Fast exchanges count most, and the line follows the drift between the two crystals."""

    def __init__(self) -> None:
        self.samples: list[Sample] = []
        self.mean_offset_ms = 0.0
        self.mean_time_s = 0.0
        self.slope = 0.0

    @property
    def delay_ms(self) -> float | None:
        """Round trip of the fastest exchange, network time only."""
        return min((sample.rtt_ms for sample in self.samples), default=None)

    @property
    def jitter_ms(self) -> float | None:
        """The 95th percentile of the recent round trips minus the fastest one; None while there are too few."""
        recent = sorted(sample.rtt_ms for sample in self.samples[JITTER_AFTER_FIRST:][-JITTER_OF:])
        if len(recent) < JITTER_AT_LEAST:
            return None
        return recent[int(JITTER_SHARE * (len(recent) - 1))] - (self.delay_ms or 0.0)

    def add(self, sample: Sample) -> None:
        self.samples.append(sample)
        if len(self.samples) > SAMPLES or self.samples[0].at_s < sample.at_s - MEMORY_S:
            del self.samples[0]
        self._discard_old_route()
        self._fit()

    def offset_at(self, at_s: float) -> float:
        """Server clock minus local clock in milliseconds, read off the line."""
        return self.mean_offset_ms + self.slope * (at_s - self.mean_time_s)

    def _discard_old_route(self) -> None:
        """Samples of a shorter path, before a change of network, would outweigh the new ones for ten minutes."""
        since_s = self.samples[-1].at_s - ROUTE_S
        recent = [sample for sample in self.samples if sample.at_s > since_s]
        if self.samples[0].at_s > since_s or len(recent) < ROUTE_AGREE_SAMPLES:
            return
        rtts = sorted(sample.rtt_ms for sample in recent)
        if rtts[0] <= (self.delay_ms or 0.0) + ROUTE_RTT_MS:
            return
        if rtts[ROUTE_AGREE_SAMPLES - 1] - rtts[0] > ROUTE_AGREE_MS:
            return
        if min(abs(sample.offset_ms - self.offset_at(sample.at_s)) for sample in recent) > ROUTE_OFFSET_MS:
            self.samples = recent

    def _fit(self) -> None:
        floor_ms = self.delay_ms or 0.0
        extra = sorted(sample.rtt_ms - floor_ms for sample in self.samples)
        least_ms = max(WEIGHT_FLOOR_MS, extra[int(len(extra) * TYPICAL)])
        weights = [1 / (least_ms + sample.rtt_ms - floor_ms) ** 2 for sample in self.samples]
        total = sum(weights)
        weighted = list(zip(weights, self.samples, strict=True))
        self.mean_time_s = sum(weight * sample.at_s for weight, sample in weighted) / total
        self.mean_offset_ms = sum(weight * sample.offset_ms for weight, sample in weighted) / total
        span_s = self.samples[-1].at_s - self.samples[0].at_s
        self.slope = self._slope_of(weighted) if span_s >= SLOPE_FROM_S else 0.0

    def _slope_of(self, weighted: list[tuple[float, Sample]]) -> float:
        sxx = sxy = 0.0
        for weight, sample in weighted:
            dt = sample.at_s - self.mean_time_s
            sxx += weight * dt * dt
            sxy += weight * dt * (sample.offset_ms - self.mean_offset_ms)
        return min(max(sxy / (sxx + SLOPE_PRIOR), -SLOPE_LIMIT), SLOPE_LIMIT)
