from __future__ import annotations

from watchium.telemetry.aggregate import Histogram, Metrics
from watchium.telemetry.counters import HistogramCounter
from watchium.telemetry.shared_files import MetricPage

NOW_MS = 1_000_000.0
BOUNDS = (1.0, 2.0, 4.0, 8.0)


def histogram_of(values: list[float]) -> Histogram:
    counted = HistogramCounter(BOUNDS)
    for value in values:
        counted.observe(value)
    return Histogram(bounds=list(BOUNDS), counts=[*map(float, counted.counts)], total=counted.total)


def process(events: float = 0, sockets: float = 0, took_ms: list[float] | None = None) -> Metrics:
    return Metrics(
        counters={"events": {"play": events}},
        gauges={"sockets": {"room": sockets}},
        histograms={"broadcast_ms": histogram_of(took_ms or [])},
    )


def page(events: float, at_ms: float = NOW_MS) -> MetricPage:
    metrics = Metrics(counters={"events": {"play": events}}, gauges={"sockets": {"room": 5}})
    return MetricPage(pid=1, at_ms=at_ms, started_ms=0, metrics=metrics)
