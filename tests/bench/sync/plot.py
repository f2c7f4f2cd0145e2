"""Chart of the skew over time: one panel per figure, absolute skew on a logarithmic scale."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tests.bench.sync.figures import RULES, compared_pair, symmetric_pairs
from tests.bench.sync.recording import Recording

WIDTH, PANEL, LEFT, TOP, GAP = 960, 220, 56, 40, 84
LEAST_MS, MOST_MS = 0.1, 1000.0
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
EVERY = 4  # samples per point, which shows their maximum
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#333}.grid{stroke:#ddd}.mark{stroke:#999;stroke-dasharray:2 3}"
)

Pair = tuple[str, str]


def drawing(run: Recording) -> str:
    """Draw the first run, with every command as a dotted line."""
    pairs = symmetric_pairs(run)
    ours = {f"{_profile(a)} with {_profile(b)}": (a, b) for a, b in pairs}
    others = {title: found[0] for kind, title in RULES.items() if (found := compared_pair(kind, run))}
    panels = [
        ("Watchium, all symmetric pairs: skew, ms", ours),
        ("The pair P1 with P2, by three rules: skew, ms", others),
    ]
    height = TOP + len(panels) * (PANEL + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f'<style>{STYLE}</style><rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    for number, (title, lines) in enumerate(panels):
        parts += _panel(run, title, lines, TOP + number * (PANEL + GAP))
    return "\n".join([*parts, "</svg>", ""])


def _profile(name: str) -> str:
    return name.rpartition("-")[2]


def _panel(run: Recording, title: str, lines: dict[str, Pair], top: float) -> Iterator[str]:
    yield f'<text x="{LEFT}" y="{top - 12}" font-weight="600">{title}</text>'
    yield from _grid(run, top)
    for number, (name, pair) in enumerate(lines.items()):
        colour = COLOURS[number]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in _points(run, pair, top))
        yield f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1"/>'
        x, y = LEFT + 230 * number, top + PANEL + 34
        yield f'<rect x="{x}" y="{y - 9}" width="12" height="10" fill="{colour}"/>'
        yield f'<text x="{x + 18}" y="{y}">{name}</text>'


def _grid(run: Recording, top: float) -> Iterator[str]:
    for power in range(-1, 4):
        y = _y(10.0**power, top)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g}</text>'
    for mark in run.marks:
        x = _x(run, mark.at_ms)
        yield f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{top + PANEL}"/>'
    minutes = int((run.happened["end"] - run.marks[0].at_ms) / 60_000)
    for minute in range(minutes + 1):
        x = _x(run, run.marks[0].at_ms + minute * 60_000)
        yield f'<text x="{x:.1f}" y="{top + PANEL + 16}" text-anchor="middle">{minute} min</text>'


def _points(run: Recording, pair: Pair, top: float) -> Iterator[tuple[float, float]]:
    seen = list(run.skews(run.marks[0].at_ms, run.happened["end"], pair))
    for start in range(0, len(seen), EVERY):
        some = seen[start : start + EVERY]
        yield _x(run, some[0][0]), _y(max(abs(skew) for _, skew in some), top)


def _x(run: Recording, at_ms: float) -> float:
    first_ms = run.marks[0].at_ms
    return LEFT + (WIDTH - LEFT) * (at_ms - first_ms) / (run.happened["end"] - first_ms)


def _y(skew_ms: float, top: float) -> float:
    share = math.log10(min(max(skew_ms, LEAST_MS), MOST_MS) / LEAST_MS) / math.log10(MOST_MS / LEAST_MS)
    return top + PANEL * (1 - share)
