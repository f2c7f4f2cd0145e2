"""The usual traffic of many rooms on PostgreSQL: delays, losses, and the number of rooms that one core carries."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

from tests.bench.load.figures import Figure, Outcome, Panel, Table
from tests.bench.load.harness import cores, database
from tests.bench.load.harness.deployment import deployment
from tests.bench.load.options import Options
from tests.bench.load.scenarios.busy_rooms import Level, Lively
from tests.servers import postgres, redis

MEMBERS = 8
LATE_MS = 50.0
STEP = 1.3
BISECTIONS = 3


@asynccontextmanager
async def lively(
    options: Options, rooms: int, *, processes: int = 1, shared: bool = False
) -> AsyncIterator[Lively]:
    """Start rooms on a new PostgreSQL, with Redis if `shared`; both on the load's core."""
    with ExitStack() as stack:
        with cores.on(cores.LOAD):
            env = {"DATABASE_URL": stack.enter_context(postgres(max_connections=200))}
            if shared:
                env["REDIS_URL"] = stack.enter_context(redis())
        made = stack.enter_context(deployment(env))
        furnished = made.furnish(rooms, MEMBERS)
        server = stack.enter_context(made.served(processes))
        yield Lively(server, furnished, options.seed, env["DATABASE_URL"])


async def rooms(options: Options) -> Outcome:
    async with lively(options, options.most_rooms) as crowd:
        wrote = await _written(crowd, options)
        levels = await search(crowd, options)
        first, most = levels[0], fitting(levels)
    return Outcome(
        figures=[
            Figure(
                title=f"{first.rooms} rooms of {MEMBERS} on one core, PostgreSQL: p99 of an event's delay",
                value=first.p99_ms, unit="ms", target=30,
                beside=f"server {first.server_cores:.2f} of its core, the load's core {first.load_share:.0%} in use",
            ),
            Figure(title="the same: deliveries lost, commands refused", value=first.lost + first.refused, target=0,
                   beside=f"of {first.commands} commands to {MEMBERS} each"),
            Figure(title=f"most rooms with p99 <= {LATE_MS:.0f} ms", value=most, unit="rooms", target=2000, least=True),
        ],
        tables=[
            table("Rooms of 8: a heartbeat every 3 s from each member, a persisted command each 5 s a room", levels),
            wrote,
        ],
        panels=[panel("p99 of an event's delay by rooms of 8 on one core, ms", {"Watchium": levels})],
    )  # fmt: skip


async def _written(crowd: Lively, options: Options) -> Table:
    """Measure the given number of rooms with their usual traffic, for several batches of all periodic work."""
    seconds = 5.0 if options.quick else 15.0
    await crowd.fill(options.rooms)
    await asyncio.sleep(3.0)
    before = database.look(crowd.database)
    await asyncio.gather(crowd.heartbeats(seconds), crowd.commands(seconds))
    return database.written(
        before, database.look(crowd.database), seconds, f"{options.rooms} rooms of {MEMBERS}"
    )


async def search(crowd: Lively, options: Options) -> list[Level]:
    """Return the tried levels: the given one, then up or down in steps, then between the last two."""
    seconds = 5.0 if options.quick else 20.0
    levels: list[Level] = []

    async def fits(count: int) -> bool:
        await crowd.fill(count)
        levels.append(await crowd.live(seconds))
        print(f"  {levels[-1]}", flush=True)
        return good(levels[-1])

    low, high = await _bracket(fits, options.rooms, options.most_rooms)
    for _ in range(0 if options.quick else BISECTIONS):
        if low and high and high - low > max(25, low // 20):
            middle = (low + high) // 2
            low, high = (middle, high) if await fits(middle) else (low, middle)
    return levels


async def _bracket(fits, first: int, most: int) -> tuple[int, int]:
    """Return the largest number of rooms within the limits and the smallest beyond, by steps; 0 for none."""
    low, high, count = 0, 0, first
    if await fits(count):
        while not high and count < most:
            low, count = count, min(most, math.ceil(count * STEP))
            high = 0 if await fits(count) else count
        return (low, high) if high else (count, 0)
    high = count
    while not low and count > 8:
        count = int(count / STEP)
        low, high = (count, high) if await fits(count) else (0, count)
    return low, high


def good(level: Level) -> bool:
    return level.p99_ms <= LATE_MS and not level.lost and not level.refused


def fitting(levels: list[Level]) -> int:
    return max((level.rooms for level in levels if good(level)), default=0)


def table(title: str, levels: list[Level]) -> Table:
    return Table(
        title=title,
        head=[
            "rooms", "p50, ms", "p99, ms", "commands", "lost", "refused", "server, cores", "clients", "PostgreSQL",
            "the load's core",
        ],
        rows=[
            [
                str(level.rooms), f"{level.p50_ms:.1f}", f"{level.p99_ms:.1f}", str(level.commands), str(level.lost),
                str(level.refused), f"{level.server_cores:.2f}", f"{level.client_cores:.2f}",
                f"{level.database_cores:.2f}", f"{level.load_share:.0%}",
            ]
            for level in sorted(levels, key=lambda level: level.rooms)
        ],
    )  # fmt: skip


def panel(title: str, by_name: dict[str, list[Level]]) -> Panel:
    counts = sorted({level.rooms for levels in by_name.values() for level in levels})
    series: dict[str, list[float | None]] = {}
    for name, levels in by_name.items():
        delays = {level.rooms: level.p99_ms for level in levels}
        series[name] = [delays.get(rooms) for rooms in counts]
    return Panel(title=title, xs=[str(rooms) for rooms in counts], series=series, limit=LATE_MS)
