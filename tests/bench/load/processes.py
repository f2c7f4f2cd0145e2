"""Two processes on two cores against one on one, with Redis between them and PostgreSQL behind."""

from __future__ import annotations

from msgspec.structs import replace

from tests.bench.load import cores
from tests.bench.load.figures import Figure, Outcome
from tests.bench.load.lively import Level
from tests.bench.load.options import Options
from tests.bench.load.rooms import LATE_MS, fitting, lively, panel, search, table


async def processes(options: Options) -> Outcome:
    one = await _levels(options, 1, cores.SERVER)
    two = await _levels(options, 2, cores.BOTH)
    alone, both = fitting(one), fitting(two)
    per_room = _cpu_per_room(one) / _cpu_per_room(two)
    shared = len(cores.BOTH) < 3
    return Outcome(
        figures=[
            Figure(
                title=f"two processes on two cores against one: rooms with p99 <= {LATE_MS:.0f} ms",
                value=both / alone if alone else float("nan"), unit="times", target=1.7, least=True,
                beside=f"{both} against {alone}",
            ),
            Figure(
                title="the same by CPU: rooms that two cores would hold, were the load elsewhere",
                value=2 * per_room, unit="times",
                beside=f"{_cpu_per_room(one) * 1000:.2f} ms of CPU a second and room with one process, "
                f"{_cpu_per_room(two) * 1000:.2f} with two",
            ),
        ],
        tables=[table("One process", one), table("Two processes", two)],
        panels=[panel("p99 by rooms of 8, ms, with Redis", {"one process": one, "two processes": two})],
        notes=[
            "Two processes: this machine has two cores, so that the second process shares its core with the load, "
            "PostgreSQL and Redis, which one process alone does not. The first figure holds that against two "
            "processes; the second compares what a room costs.",
        ]
        if shared
        else [],
    )  # fmt: skip


async def _levels(options: Options, count: int, on: set[int]) -> list[Level]:
    print(f"  {count} process(es)", flush=True)
    async with lively(options, options.most_rooms, processes=count, on=on, shared=True) as crowd:
        return await search(crowd, replace(options, rooms=options.rooms // 2))


def _cpu_per_room(levels: list[Level]) -> float:
    """Cores that a room takes, at the first level, which both have."""
    return levels[0].server_cores / levels[0].rooms
