"""Results of a benchmark section: figures with targets, tables, and chart panels. Pure."""

from __future__ import annotations

import math

from msgspec import Struct

from tests.bench.sync.figures import percentile

__all__ = ["Figure", "Outcome", "Panel", "Table", "percentile", "verdict"]


class Figure(Struct, frozen=True, kw_only=True):
    """One number. `least`: the target is a minimum, not a maximum. `beside`: further information."""

    title: str
    value: float
    unit: str = ""
    target: float | None = None
    least: bool = False
    beside: str = ""


class Table(Struct, frozen=True, kw_only=True):
    title: str
    head: list[str]
    rows: list[list[str]]


class Panel(Struct, frozen=True, kw_only=True):
    """`series` by name, a value for each of `xs`, None if not measured (JSON has no NaN).

    Drawn as lines over a logarithmic scale, or as bars from zero.
    """

    title: str
    xs: list[str]
    series: dict[str, list[float | None]]
    bars: bool = False
    limit: float | None = None


class Outcome(Struct, kw_only=True):
    """Results of one section. The runner sets `when` and `seed`."""

    figures: list[Figure] = []
    tables: list[Table] = []
    panels: list[Panel] = []
    notes: list[str] = []
    when: str = ""
    seed: int = 0
    quick: bool = False
    load: str = ""


def verdict(figure: Figure) -> str:
    """Return `met`, `within twice` or `missed`; empty without a target, `not measured` without a value."""
    if figure.target is None:
        return ""
    if math.isnan(figure.value):
        return "not measured"
    better = figure.value >= figure.target if figure.least else figure.value <= figure.target
    nearly = 2 * figure.value >= figure.target if figure.least else figure.value <= 2 * figure.target
    return "met" if better else "within twice" if nearly else "missed"
