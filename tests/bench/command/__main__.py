"""`python -m tests.bench.command`: time actions on SQLite and PostgreSQL, beside the minimum of either."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.command import lockstep
from tests.servers import ROOT, Missing, postgres


def parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.command", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgres", "both"), default="both")
    parser.add_argument("--times", type=int, default=400, help="runs of each action (%(default)s)")
    parser.add_argument(
        "--rooms", type=int, default=1000, help="rooms of eight members, for the periodic work"
    )
    parser.add_argument(
        "--against", type=Path, help="another checkout: compare the CPU of both, block by block"
    )
    parser.add_argument("--blocks", type=int, default=60, help="of the comparison (%(default)s)")
    parser.add_argument("--size", type=int, default=10, help="actions in a block (%(default)s)")
    return parser.parse_args()


def measure(options: argparse.Namespace, url: str) -> int:
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "watchium.settings",
            "WATCHIUM_DATA_DIR": folder,
            "DATABASE_URL": url,
        }
        words = ["-m", "tests.bench.command.measure", str(options.times), str(options.rooms)]
        return subprocess.run([sys.executable, *words], cwd=ROOT, env=environment, check=False).returncode


def compare(options: argparse.Namespace) -> int:
    for kind in ("sqlite", "postgres"):
        if options.database in (kind, "both"):
            try:
                lockstep.compare(options.against, kind, blocks=options.blocks, size=options.size)
            except Missing as missing:
                print(missing)
                return 1
    return 0


def main() -> int:
    options = parse_options()
    if options.against:
        return compare(options)
    failed = 0
    if options.database != "postgres":
        failed |= measure(options, "")
    if options.database != "sqlite":
        try:
            with postgres() as url:
                failed |= measure(options, url)
        except Missing as missing:
            print(missing)
            return 1
    return failed


if __name__ == "__main__":
    sys.exit(main())
