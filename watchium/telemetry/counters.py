"""Counters, gauges and histograms of this process, as plain numbers.

At the bottom of the layers, so that any module can count in one line and without Prometheus. `watchium/web/metrics.py`
names the metrics for Prometheus and adds up those of all processes.

A hot path that counts in an integer of its own, and a module that holds a state worth showing, register a function
that reads it: `counter` and `gauge`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock

Values = dict[str, dict[str, float]]  # by name, then by label

# Milliseconds; an interval is precise enough for a percentile between its bounds.
BROADCAST_MS = (0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 50, 75, 100, 150, 250, 500, 1000, 2500, 5000)


class HistogramCounter:
    """Counts values up to and including each bound; the last count is for values beyond all bounds."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Counters:
    """Counters by name and label, histograms by name. A counter without labels has the one label ""."""

    def __init__(self) -> None:
        self.histograms = {"broadcast_ms": HistogramCounter(BROADCAST_MS)}
        self._counters: Values = defaultdict(dict)
        self._lock = Lock()  # actions run on several threads, and `+=` is not atomic

    def count(self, name: str, label: str = "", by: float = 1) -> None:
        with self._lock:
            counter = self._counters[name]
            counter[label] = counter.get(label, 0) + by

    def observe(self, name: str, *values: float) -> None:
        histogram = self.histograms[name]
        with self._lock:
            for value in values:
                histogram.observe(value)

    def record_evaluations(self, in_sync: Iterable[bool]) -> None:
        """Count players' reports by whether they were in sync with their room."""
        counted = Counter("in_step" if each else "off" for each in in_sync)
        for label, by in counted.items():
            self.count("reports", label, by)

    def values(self) -> Values:
        """Return a copy of the counters."""
        with self._lock:
            return {name: dict(by_label) for name, by_label in self._counters.items()}


COUNTERS = Counters()
count = COUNTERS.count
observe = COUNTERS.observe
record_evaluations = COUNTERS.record_evaluations

_registered_counters: dict[str, Callable[[], float]] = {}
_registered_gauges: dict[str, Callable[[], float | Mapping[str, float]]] = {}


def counter(name: str, read: Callable[[], float]) -> None:
    """Register a counter that its module keeps itself."""
    _registered_counters[name] = read


def gauge(name: str, read: Callable[[], float | Mapping[str, float]]) -> None:
    """Register a gauge: values by label, or one number that is labelled with the process."""
    _registered_gauges[name] = read


def counter_values() -> Values:
    """All counters: those counted here and those that modules registered."""
    return COUNTERS.values() | {name: {"": float(read())} for name, read in _registered_counters.items()}


def gauge_values(process: str) -> Values:
    """The registered gauges. `process` labels those that are one number."""
    values: Values = {}
    for name, read in _registered_gauges.items():
        value = read()
        values[name] = dict(value) if isinstance(value, Mapping) else {process: float(value)}
    return values
