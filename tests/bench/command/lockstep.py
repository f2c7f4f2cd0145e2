"""Compares this tree with another checkout: two processes run the same actions in turn, block by block.

The speed of a machine drifts by a third within minutes, so two runs one after the other say nothing. The two blocks of
a pair run within milliseconds of each other; the figure is the median of the ratios of all pairs.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path
from types import TracebackType

from tests.servers import ROOT, postgres

ACTIONS = ("row", "comment", "enter", "enter beside a queue", "play", "replay", "heartbeat")
CHILD = Path(__file__).with_name("lockstep_child.py")
RESAMPLES = 1000
HEAD = f"{'':22} {'before us':>9} {'now us':>8} {'ratio':>6} {'95 % of the median':>19} {'functions':>14}"


class Tree:
    """A child process that runs the actions of one checkout."""

    def __init__(self, root: Path, url: str, folder: str) -> None:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "watchium.settings",
            "WATCHIUM_DATA_DIR": folder,
            "DATABASE_URL": url,
            "PYTHONPATH": str(root),
            "PYTHONHASHSEED": "0",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-P", str(CHILD)],
            cwd=root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Tree:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.process.communicate()

    def ask(self, name: str, times: int) -> float:
        """Return the microseconds of one run; with 0 times, the functions that it calls."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{name} {times}\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline() or sys.exit("The other process ended."))


def database(kind: str) -> AbstractContextManager[str]:
    return postgres() if kind == "postgres" else nullcontext("")


def compare(before: Path, kind: str, *, blocks: int, size: int) -> None:
    """Print a line for each action. Raises tests.servers.Missing without PostgreSQL."""
    with ExitStack() as stack:
        trees = [
            stack.enter_context(
                Tree(
                    root.resolve(),
                    stack.enter_context(database(kind)),
                    stack.enter_context(tempfile.TemporaryDirectory()),
                )
            )
            for root in (before, ROOT)
        ]
        for name in ACTIONS:  # warm-up
            for tree in trees:
                tree.ask(name, size)
        found: dict[str, list[list[float]]] = {name: [] for name in ACTIONS}
        for block in range(blocks):
            for name in ACTIONS:
                found[name].append(_pair(trees, name, size, turned=bool(block % 2)))
        print(f"\n{kind}, {blocks} blocks of {size}, load {os.getloadavg()[0]:.1f}\n{HEAD}")
        for name, pairs in found.items():
            print(line(name, pairs, [tree.ask(name, 0) for tree in trees]))


def _pair(trees: list[Tree], name: str, size: int, *, turned: bool) -> list[float]:
    costs = [tree.ask(name, size) for tree in (reversed(trees) if turned else trees)]
    return costs[::-1] if turned else costs


def line(name: str, pairs: list[list[float]], functions: list[float]) -> str:
    ratios = [now / before for before, now in pairs]
    low, high = spread(ratios)
    before, now = (statistics.median(costs) for costs in zip(*pairs, strict=True))
    called = f"{functions[0]:.0f} -> {functions[1]:.0f}"
    return (
        f"{name:22} {before:9.0f} {now:8.0f} {statistics.median(ratios):6.3f} "
        f"{f'{low:.3f} to {high:.3f}':>19} {called:>14}"
    )


def spread(ratios: list[float]) -> tuple[float, float]:
    """Return where 95 of 100 medians of samples of the ratios are (bootstrap)."""
    draw = random.Random(1)
    medians = sorted(statistics.median(draw.choices(ratios, k=len(ratios))) for _ in range(RESAMPLES))
    return medians[RESAMPLES // 40], medians[-RESAMPLES // 40]
