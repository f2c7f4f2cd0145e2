"""What this process counts of itself: plain numbers that only grow, and how long things took.

Below everybody, so that any floor can count in one line, and without Prometheus: who shows these numbers, and to whom,
is decided at the top (`watchium/web/metrics.py`), where those of all processes are added up.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from threading import Lock

Counters = dict[str, dict[str, float]]

# Milliseconds; an interval is good enough for a percentile between its ends.
BROADCAST_MS = (0.5, 1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 50, 75, 100, 150, 250, 500, 1000, 2500, 5000)


class Histogram:
    """How many values were at most each bound; the last number counts those beyond all of them."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(self.bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Tally:
    """Counters by name and label, histograms by name. The label is "" where there is only one of a kind."""

    def __init__(self) -> None:
        self.histograms = {"broadcast_ms": Histogram(BROADCAST_MS)}
        self._counters: dict[str, dict[str, float]] = defaultdict(dict)
        self._lock = Lock()  # deeds run on several threads, and `+=` is not one step

    def count(self, name: str, label: str = "", by: float = 1) -> None:
        with self._lock:
            counter = self._counters[name]
            counter[label] = counter.get(label, 0) + by

    def observe(self, name: str, *values: float) -> None:
        histogram = self.histograms[name]
        with self._lock:
            for value in values:
                histogram.observe(value)

    def judged(self, verdicts: Iterable[bool]) -> None:
        """Players' reports: which of them were in step with their room."""
        counted = Counter("in_step" if in_step else "off" for in_step in verdicts)
        for label, by in counted.items():
            self.count("reports", label, by)

    def counters(self) -> Counters:
        """A copy."""
        with self._lock:
            return {name: dict(by_label) for name, by_label in self._counters.items()}


TALLY = Tally()
count = TALLY.count
observe = TALLY.observe
judged = TALLY.judged
