"""A persisted command with all its rows, on both databases, as timed by `python -m tests.bench.command`."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.bench.load.figures import Figure, Outcome, Table
from tests.bench.load.harness import cores
from tests.bench.load.options import Options
from tests.servers import ROOT

LONGEST_S = 600.0
LINE = re.compile(r"^(?P<name>\S.{23}) +(?P<p50>[\d.]+) +(?P<p99>[\d.]+) +(?P<cpu>[\d.]+) +(?P<ratio>[\d.]+)")
TARGETS_MS = {"postgres": 2.5, "sqlite": 1.0}
TITLES = {"postgres": "PostgreSQL", "sqlite": "SQLite"}
PERSISTED = ("play", "pause", "seek", "set_rate", "comment")


async def command(options: Options) -> Outcome:
    outcome = Outcome(
        notes=[
            "Persisted commands: the action alone, called as sockets call it, in a room of eight who all report; "
            "process and database have both cores. `python -m tests.bench.command` shows more."
        ]
    )
    for database, target in TARGETS_MS.items():
        said = _said(database, 50 if options.quick else 400)
        rows = [match for line in said.splitlines() if (match := LINE.match(line))]
        p50 = {match["name"].strip(): float(match["p50"]) for match in rows}
        slowest = max((name for name in PERSISTED if name in p50), key=lambda name: p50[name])
        outcome.figures.append(
            Figure(
                title=f"persisted command with all its rows, {TITLES[database]}: p50 of the slowest kind",
                value=p50[slowest], unit="ms", target=target, beside=slowest,
            )
        )  # fmt: skip
        outcome.tables.append(
            Table(
                title=f"A command with all its rows, {TITLES[database]}",
                head=["", "p50, ms", "p99, ms", "CPU of the process, ms", "times a committed row"],
                rows=[[match["name"].strip(), *match.group("p50", "p99", "cpu", "ratio")] for match in rows],
            )
        )
    return outcome


def _said(database: str, times: int) -> str:
    words = ["--database", database, "--times", str(times), "--rooms", "0"]
    with cores.on(cores.BOTH):
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.command", *words],
            cwd=ROOT, capture_output=True, text=True, timeout=LONGEST_S, check=False,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return done.stdout
