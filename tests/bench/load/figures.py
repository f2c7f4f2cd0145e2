"""What a section of the bench found: figures with their targets, tables, and panels of the drawing. Pure."""

from __future__ import annotations

import math

from msgspec import Struct

from tests.bench.sync.figures import percentile

__all__ = ["Figure", "Outcome", "Panel", "Table", "percentile", "verdict"]


class Figure(Struct, frozen=True, kw_only=True):
    """One number. `least`: the target is a floor, not a ceiling. `beside`: what else there is to say of it."""

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
    """`series` by name, a value for each of `xs`, None where none was taken (JSON knows no nan).

    Drawn as lines over a logarithmic scale, or as bars from zero.
    """

    title: str
    xs: list[str]
    series: dict[str, list[float | None]]
    bars: bool = False
    limit: float | None = None


class Outcome(Struct, kw_only=True):
    """Of one section. `when` and `seed` are set by whoever ran it."""

    figures: list[Figure] = []
    tables: list[Table] = []
    panels: list[Panel] = []
    notes: list[str] = []
    when: str = ""
    seed: int = 0
    quick: bool = False
    load: str = ""


def verdict(figure: Figure) -> str:
    """`met`, `within twice` or `missed`; nothing where there is no target, `not measured` where there is no value."""
    if figure.target is None:
        return ""
    if math.isnan(figure.value):
        return "not measured"
    better = figure.value >= figure.target if figure.least else figure.value <= figure.target
    nearly = 2 * figure.value >= figure.target if figure.least else figure.value <= 2 * figure.target
    return "met" if better else "within twice" if nearly else "missed"
