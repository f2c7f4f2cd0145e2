"""The figures of a process, and of several: pure.

Counters and histograms of all who ever wrote are added up, so that a total never falls when a process ends; gauges
only of those who are alive.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec


class Spread(msgspec.Struct, forbid_unknown_fields=True):
    """A histogram: `counts` has one more number than `bounds`, for what lies beyond."""

    bounds: list[float]
    counts: list[float]
    total: float


class Figures(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """By name, then by label ("" where there is one of a kind)."""

    counters: dict[str, dict[str, float]] = {}
    gauges: dict[str, dict[str, float]] = {}
    histograms: dict[str, Spread] = {}


def lasting(figures: Figures) -> Figures:
    """What outlives the process."""
    return Figures(counters=figures.counters, histograms=figures.histograms)


def added(several: Iterable[Figures]) -> Figures:
    whole = Figures(counters={}, gauges={}, histograms={})
    for figures in several:
        _add(whole.counters, figures.counters)
        _add(whole.gauges, figures.gauges)
        for name, spread in figures.histograms.items():
            before = whole.histograms.get(name)
            whole.histograms[name] = spread if before is None else _together(before, spread)
    return whole


def _add(whole: dict[str, dict[str, float]], part: dict[str, dict[str, float]]) -> None:
    for name, by_label in part.items():
        sums = whole.setdefault(name, {})
        for label, value in by_label.items():
            sums[label] = sums.get(label, 0) + value


def _together(one: Spread, other: Spread) -> Spread:
    """Of two versions of Watchium with different bounds, the one that has seen more."""
    if one.bounds != other.bounds or len(one.counts) != len(other.counts):
        return max(one, other, key=lambda spread: sum(spread.counts))
    counts = [a + b for a, b in zip(one.counts, other.counts, strict=True)]
    return Spread(bounds=one.bounds, counts=counts, total=one.total + other.total)


def since(later: Spread | None, earlier: Spread | None) -> Spread | None:
    """What came between two looks; None where nothing is known."""
    if later is None or earlier is None or later.bounds != earlier.bounds:
        return later
    counts = [max(0.0, a - b) for a, b in zip(later.counts, earlier.counts, strict=True)]
    return Spread(bounds=later.bounds, counts=counts, total=later.total - earlier.total)


def percentile(spread: Spread | None, share: float) -> float | None:
    """The value below which that share (0 to 1) lies, read off between two bounds; None of nothing."""
    if spread is None or not (wanted := share * sum(spread.counts)):
        return None
    return _read_off(spread.bounds, spread.counts, wanted)


def _read_off(bounds: Sequence[float], counts: Sequence[float], wanted: float) -> float:
    below, low = 0.0, 0.0
    for high, count in zip(bounds, counts, strict=False):
        if count and below + count >= wanted:
            return low + (high - low) * (wanted - below) / count
        below, low = below + count, high
    return low


def whole_of(figures: Figures, name: str) -> float:
    """A counter or gauge over all its labels."""
    return sum(figures.counters.get(name, figures.gauges.get(name, {})).values())
