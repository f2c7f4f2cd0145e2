"""Measure real clients of Syncplay in a room: Syncplay's own program with mpv, from the distribution's packages.

`python -m tests.bench.syncplay`: everything, in about eighteen minutes. `--only steady,authority,faults,cost,fuzz` for
some of it, `--runs 1 --seconds 20` for a first look. Errors are those of mpv's sound from the room's timeline, in
milliseconds, read from mpv itself five times a second; a delay is that of each direction.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sys
import tempfile

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchium.settings")
os.environ.setdefault("WATCHIUM_DATA_DIR", tempfile.mkdtemp(prefix="watchium-bench-"))

from tests.bench.syncplay import authority, cost, faults, fuzz, steady
from tests.bench.syncplay.clients import missing

SECTIONS = ("steady", "authority", "faults", "cost", "fuzz")


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--only", default=",".join(SECTIONS))
    options.add_argument("--runs", type=int, default=3)
    options.add_argument("--seconds", type=int, default=60, help="of steady state in each run")
    options.add_argument("--delays", default="0,60", help="in milliseconds each way, one client each")
    given = options.parse_args()
    if packages := missing():
        sys.exit(f"Needs the packages {packages}.")
    only = given.only.split(",")
    # So that the programs and servers that it started are stopped with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    if "steady" in only:
        asyncio.run(
            steady.measure(given.runs, given.seconds, [float(each) for each in given.delays.split(",")])
        )
    for name, section in (("authority", authority), ("faults", faults), ("cost", cost), ("fuzz", fuzz)):
        if name in only:
            print(f"\n{name}", flush=True)
            asyncio.run(section.measure())


if __name__ == "__main__":
    main()
