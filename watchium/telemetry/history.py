"""The last ten minutes, second by second: in memory, bounded, from sums over all processes. Pure; time is given."""

from __future__ import annotations

from collections import deque

import msgspec

from watchium.telemetry.aggregate import Histogram, Metrics, difference, percentile, total

SECONDS = 600
WINDOW = 10  # seconds that rates, percentiles and percentages are computed over: heartbeats come every three


class Sample(msgspec.Struct, kw_only=True):
    """One second and the nine before it. Rates are per second, times in milliseconds; None means not measured."""

    at_ms: float
    processes: int
    sockets: float
    events: float
    deliveries: float
    commands: float
    refused: float
    p50_ms: float | None
    p99_ms: float | None
    in_step: float | None
    lag_ms: float | None


class Reading(msgspec.Struct):
    """The sum of the metrics at one instant."""

    at_ms: float
    processes: int
    metrics: Metrics


class History:
    def __init__(self) -> None:
        self.samples: deque[Sample] = deque(maxlen=SECONDS)
        self._readings: deque[Reading] = deque(maxlen=WINDOW)

    def add(self, reading: Reading) -> None:
        if self._readings and reading.at_ms > self._readings[-1].at_ms:
            self.samples.append(_sample(reading, self._readings[0]))
        self._readings.append(reading)

    def after(self, at_ms: float) -> list[Sample]:
        return [sample for sample in tuple(self.samples) if sample.at_ms > at_ms]


def _sample(now: Reading, first: Reading) -> Sample:
    """Compute the sample of the window that begins with `first`."""
    passed_s = (now.at_ms - first.at_ms) / 1000

    def rate(name: str) -> float:
        return max(0.0, (total(now.metrics, name) - total(first.metrics, name)) / passed_s)

    broadcasts = _broadcasts(now, first)
    return Sample(
        at_ms=round(now.at_ms, -3),
        processes=now.processes,
        sockets=total(now.metrics, "sockets"),
        events=rate("events"),
        deliveries=rate("deliveries"),
        commands=rate("commands"),
        refused=rate("refused"),
        p50_ms=percentile(broadcasts, 0.5),
        p99_ms=percentile(broadcasts, 0.99),
        in_step=_in_step(now, first),
        lag_ms=max(now.metrics.gauges.get("loop_lag_ms", {}).values(), default=None),
    )


def _broadcasts(now: Reading, first: Reading) -> Histogram | None:
    name = "broadcast_ms"
    return difference(now.metrics.histograms.get(name), first.metrics.histograms.get(name))


def _in_step(now: Reading, first: Reading) -> float | None:
    """The percentage of the players' reports within the window that were in sync with their room."""
    reports = {
        label: count - first.metrics.counters.get("reports", {}).get(label, 0)
        for label, count in now.metrics.counters.get("reports", {}).items()
    }
    evaluated = sum(reports.values())
    return 100 * reports.get("in_step", 0) / evaluated if evaluated > 0 else None
