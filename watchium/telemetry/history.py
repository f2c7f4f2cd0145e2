"""The last ten minutes, second by second: in memory, bounded, from sums over all processes. Pure: time is given."""

from __future__ import annotations

from collections import deque

import msgspec

from watchium.telemetry.aggregate import Figures, Spread, percentile, since, whole_of

SECONDS = 600
WINDOW = 10  # seconds that rates, percentiles and percentages are taken over: heartbeats come every three


class Sample(msgspec.Struct, kw_only=True):
    """One second, with the nine before it. Rates are per second, times in milliseconds; None: nothing was measured."""

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


class Look(msgspec.Struct):
    """What was summed up at one instant."""

    at_ms: float
    processes: int
    figures: Figures


class Course:
    def __init__(self) -> None:
        self.samples: deque[Sample] = deque(maxlen=SECONDS)
        self._looks: deque[Look] = deque(maxlen=WINDOW)

    def add(self, look: Look) -> None:
        if self._looks and look.at_ms > self._looks[-1].at_ms:
            self.samples.append(_sample(look, self._looks[0]))
        self._looks.append(look)

    def after(self, at_ms: float) -> list[Sample]:
        return [sample for sample in tuple(self.samples) if sample.at_ms > at_ms]


def _sample(now: Look, first: Look) -> Sample:
    """What came since the begin of the window."""
    passed_s = (now.at_ms - first.at_ms) / 1000

    def rate(name: str) -> float:
        return max(0.0, (whole_of(now.figures, name) - whole_of(first.figures, name)) / passed_s)

    took = _broadcasts(now, first)
    return Sample(
        at_ms=round(now.at_ms, -3),
        processes=now.processes,
        sockets=whole_of(now.figures, "sockets"),
        events=rate("events"),
        deliveries=rate("deliveries"),
        commands=rate("commands"),
        refused=rate("refused"),
        p50_ms=percentile(took, 0.5),
        p99_ms=percentile(took, 0.99),
        in_step=_in_step(now, first),
        lag_ms=max(now.figures.gauges.get("loop_lag_ms", {}).values(), default=None),
    )


def _broadcasts(now: Look, first: Look) -> Spread | None:
    name = "broadcast_ms"
    return since(now.figures.histograms.get(name), first.figures.histograms.get(name))


def _in_step(now: Look, first: Look) -> float | None:
    """Of the players' reports within the window, how many per cent were in step with their room."""
    reports = {
        label: count - first.figures.counters.get("reports", {}).get(label, 0)
        for label, count in now.figures.counters.get("reports", {}).items()
    }
    judged = sum(reports.values())
    return 100 * reports.get("in_step", 0) / judged if judged > 0 else None
