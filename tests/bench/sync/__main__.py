"""`python -m tests.bench.sync`: measure the skew between players, and write docs/benchmarks/sync.md and sync.svg."""

from __future__ import annotations

import argparse
import asyncio
import pickle
import sys
from pathlib import Path

from tests.bench.sync import engines
from tests.bench.sync.machine import machine
from tests.bench.sync.network_profiles import PROFILES
from tests.bench.sync.recording import Recording
from tests.bench.sync.report import tell, write
from tests.bench.sync.script import FULL_MINUTES, Lengths, Plan, Run, cast_of
from tests.servers import ROOT, Missing, watchium_server

DOCS = ROOT / "docs" / "benchmarks"
QUICK_MINUTES = 2.5


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.sync", description=__doc__)
    parser.add_argument("--minutes", type=float, default=FULL_MINUTES, help="of one run (%(default)s)")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--profiles", default="P0,P1,P2,P3,P4,P5", help="of the members; P0, P1 and P2 always"
    )
    parser.add_argument("--quick", action="store_true", help=f"one run of {QUICK_MINUTES} minutes")
    parser.add_argument(
        "--jitter",
        choices=("normal", "queue"),
        default="normal",
        help="as netem draws it, around the mean; or as queues make it, above a floor",
    )
    parser.add_argument("--operations", type=int, help="at random, at the end of each run (1000; quick: 100)")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--no-baselines", action="store_true", help="only our own players")
    parser.add_argument("--out", type=Path, default=DOCS, help="where the report goes (docs/benchmarks)")
    parser.add_argument("--raw", type=Path, help="keep what was recorded in this file")
    parser.add_argument("--again", type=Path, help="no new run: report what such a file holds")
    parser.add_argument(
        "--engines",
        nargs="?",
        const="firefox,webkit",
        help="only other browsers beside Chromium; prints and writes nothing",
    )
    parser.add_argument(
        "--rounds", type=int, default=4, help="with --engines: a start and so many seeks less one"
    )
    parser.add_argument("--seconds", type=float, default=15, help="with --engines: of steady state a round")
    return parser.parse_args()


def _operations(options: argparse.Namespace) -> int:
    if options.operations is None:
        return 100 if options.quick else 1000
    return int(options.operations)


async def measure(options: argparse.Namespace) -> tuple[list[Recording], dict[str, str]]:
    minutes, count = (QUICK_MINUTES, 1) if options.quick else (options.minutes, options.runs)
    profiles = [name for name in PROFILES if name in {"P0", "P1", "P2", *options.profiles.split(",")}]
    cast = cast_of(profiles, not options.no_baselines)
    plan = Plan(cast, Lengths.within(minutes), options.jitter, _operations(options))
    runs: list[Recording] = []
    for number in range(1, count + 1):
        with watchium_server() as server:
            run = Run(server, plan, f"{options.seed}.{number}")
            runs.append(await run())
        tell(f"run {number} of {count}", [runs[-1]])
    return runs, machine(run.version)


def beside(options: argparse.Namespace) -> int:
    try:
        engines.measure(options.engines.split(","), options.rounds, options.seconds)
    except Missing as missing:
        print(missing)
        return 1
    return 0


def main() -> int:
    options = asked()
    if options.engines:
        return beside(options)
    try:
        kept = pickle.loads(options.again.read_bytes()) if options.again else asyncio.run(measure(options))
    except Missing as missing:
        print(missing)
        return 1
    if options.raw:
        options.raw.write_bytes(pickle.dumps(kept))
    write(*kept, options.out)  # type: ignore[call-arg]
    return 0


if __name__ == "__main__":
    sys.exit(main())
