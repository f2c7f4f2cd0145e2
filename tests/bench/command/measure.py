"""Run by the benchmark in a separate process for each database, because settings are read once."""

from __future__ import annotations

import asyncio
import sys
import warnings

import django
from django.core.management import call_command

django.setup()
warnings.simplefilter("ignore")

from tests.bench.command import actions, periodic_work  # noqa: E402  # need the apps
from watchium import server_clock  # noqa: E402


async def measure(times: int, rooms: int) -> None:
    await actions.measure(times)
    if rooms:
        await periodic_work.measure(rooms)


def main() -> None:
    times, rooms = int(sys.argv[1]), int(sys.argv[2])
    call_command("migrate", verbosity=0)
    server_clock.start()
    asyncio.run(measure(times, rooms))


if __name__ == "__main__":
    main()
