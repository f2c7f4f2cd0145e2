"""The metrics of one process and their sum over several. Pure.

Counters and histograms of all processes that ever ran are added up, so that a total never falls when a process ends;
gauges count for running processes only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec


class Histogram(msgspec.Struct, forbid_unknown_fields=True):
    """`counts` has one more number than `bounds`, for the values beyond the last bound."""

    bounds: list[float]
    counts: list[float]
    total: float


class Metrics(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """By name, then by label; a metric without labels has the one label ""."""

    counters: dict[str, dict[str, float]] = {}
    gauges: dict[str, dict[str, float]] = {}
    histograms: dict[str, Histogram] = {}


def without_gauges(metrics: Metrics) -> Metrics:
    """The metrics that stay valid after their process has ended."""
    return Metrics(counters=metrics.counters, histograms=metrics.histograms)


def merged(several: Iterable[Metrics]) -> Metrics:
    total = Metrics(counters={}, gauges={}, histograms={})
    for metrics in several:
        _add(total.counters, metrics.counters)
        _add(total.gauges, metrics.gauges)
        for name, histogram in metrics.histograms.items():
            before = total.histograms.get(name)
            total.histograms[name] = histogram if before is None else _sum(before, histogram)
    return total


def _add(total: dict[str, dict[str, float]], more: dict[str, dict[str, float]]) -> None:
    for name, by_label in more.items():
        sums = total.setdefault(name, {})
        for label, value in by_label.items():
            sums[label] = sums.get(label, 0) + value


def _sum(one: Histogram, other: Histogram) -> Histogram:
    """If two versions of Watchium have different bounds, the histogram with more values."""
    if one.bounds != other.bounds or len(one.counts) != len(other.counts):
        return max(one, other, key=lambda histogram: sum(histogram.counts))
    counts = [a + b for a, b in zip(one.counts, other.counts, strict=True)]
    return Histogram(bounds=one.bounds, counts=counts, total=one.total + other.total)


def difference(later: Histogram | None, earlier: Histogram | None) -> Histogram | None:
    """The values observed between two readings; `later` itself if they cannot be compared."""
    if later is None or earlier is None or later.bounds != earlier.bounds:
        return later
    counts = [max(0.0, a - b) for a, b in zip(later.counts, earlier.counts, strict=True)]
    return Histogram(bounds=later.bounds, counts=counts, total=later.total - earlier.total)


def percentile(histogram: Histogram | None, share: float) -> float | None:
    """The value below which `share` (0 to 1) of the values lie, interpolated between bounds; None without values."""
    if histogram is None or not (rank := share * sum(histogram.counts)):
        return None
    return _interpolated(histogram.bounds, histogram.counts, rank)


def _interpolated(bounds: Sequence[float], counts: Sequence[float], rank: float) -> float:
    below, low = 0.0, 0.0
    for high, count in zip(bounds, counts, strict=False):
        if count and below + count >= rank:
            return low + (high - low) * (rank - below) / count
        below, low = below + count, high
    return low


def total(metrics: Metrics, name: str) -> float:
    """The sum of a counter or gauge over its labels."""
    return sum(metrics.counters.get(name, metrics.gauges.get(name, {})).values())
