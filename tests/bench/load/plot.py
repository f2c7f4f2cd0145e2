"""Draw the panels as one SVG: lines on a logarithmic scale, or bars from zero."""

from __future__ import annotations

import math
from collections.abc import Iterator
from html import escape

from tests.bench.load.figures import Panel
from tests.bench.sync.plot import COLOURS, STYLE

WIDTH, HEIGHT, LEFT, TOP, GAP = 960, 220, 76, 40, 84
TINY = 1e-9


def drawing(panels: list[Panel]) -> str:
    height = TOP + len(panels) * (HEIGHT + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f'<style>{STYLE}</style><rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for number, panel in enumerate(panels):
        parts += _panel(panel, TOP + number * (HEIGHT + GAP))
    return "\n".join([*parts, "</svg>", ""])


def _panel(panel: Panel, top: float) -> Iterator[str]:
    scale = _Scale(panel, top)
    yield f'<text x="{LEFT}" y="{top - 12}" font-weight="600">{escape(panel.title)}</text>'
    for value in scale.marks():
        y = scale.y(value)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:,g}</text>'
    if panel.limit is not None:
        y = scale.y(panel.limit)
        yield f'<line class="mark" x1="{LEFT}" x2="{WIDTH - 10}" y1="{y:.1f}" y2="{y:.1f}"/>'
    for number, x_name in enumerate(panel.xs):
        yield f'<text x="{scale.x(number):.1f}" y="{top + HEIGHT + 16}" text-anchor="middle">{x_name}</text>'
    for number, (name, values) in enumerate(panel.series.items()):
        colour = COLOURS[number % len(COLOURS)]
        yield from (_bars if panel.bars else _line)(scale, values, number, colour)
        x, y = LEFT + 170 * number, top + HEIGHT + 36
        yield f'<rect x="{x}" y="{y - 9}" width="12" height="10" fill="{colour}"/>'
        yield f'<text x="{x + 18}" y="{y}">{escape(name)}</text>'


class _Scale:
    """Coordinates of one panel."""

    def __init__(self, panel: Panel, top: float) -> None:
        values = [v for series in panel.series.values() for v in series if v is not None and v > TINY]
        values += [panel.limit] if panel.limit is not None else []
        self.count, self.top, self.bars, self.series = len(panel.xs), top, panel.bars, len(panel.series)
        self.most = max(values, default=1.0) * 1.1
        self.least = 0.0 if panel.bars else 10.0 ** math.floor(math.log10(min(values, default=1.0)))

    @property
    def step(self) -> float:
        return (WIDTH - 10 - LEFT) / self.count

    def x(self, number: int) -> float:
        return LEFT + self.step * (number + 0.5)

    def y(self, value: float) -> float:
        if self.bars:
            share = value / self.most
        else:
            share = math.log10(max(value, self.least) / self.least) / math.log10(self.most / self.least)
        return self.top + HEIGHT * (1 - min(1.0, share))

    def marks(self) -> list[float]:
        if self.bars:
            every = 10.0 ** math.floor(math.log10(self.most))
            every = every if self.most / every >= 3 else every / 4
            return [every * n for n in range(int(self.most / every) + 1)]
        powers = range(round(math.log10(self.least)), math.ceil(math.log10(self.most)))
        return [10.0**power for power in powers]


def _line(scale: _Scale, values: list[float | None], number: int, colour: str) -> Iterator[str]:
    seen = [(scale.x(at), scale.y(value)) for at, value in enumerate(values) if value is not None]
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in seen)
    yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
    for x, y in seen:
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>'


def _bars(scale: _Scale, values: list[float | None], number: int, colour: str) -> Iterator[str]:
    width = scale.step * 0.8 / scale.series
    for at, value in enumerate(values):
        if value is None:
            continue
        x, y = scale.x(at) - scale.step * 0.4 + number * width, scale.y(value)
        tall = scale.top + HEIGHT - y
        yield f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{tall:.1f}" fill="{colour}"/>'
