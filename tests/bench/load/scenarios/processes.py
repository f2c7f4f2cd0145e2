"""Two processes compared with one, on Redis and PostgreSQL."""

from __future__ import annotations

from msgspec.structs import replace

from tests.bench.load.figures import Figure, Outcome
from tests.bench.load.harness import cores, cpu_shares
from tests.bench.load.options import Options
from tests.bench.load.scenarios.busy_rooms import Level
from tests.bench.load.scenarios.rooms import LATE_MS, fitting, lively, panel, search, table

# Share of a core per process. Both fit on the server's core, and the load has its own as in all sections. With a core
# each, the second process would share its core with the load, unlike a single process.
SHARE = 0.4
FIRST = 0.3  # of the rooms that one full core must carry


async def processes(options: Options) -> Outcome:
    if not cpu_shares.possible():
        return Outcome(notes=["Two processes against one: needs root, to hold each to a share of a core."])
    one, two = await _levels(options, 1), await _levels(options, 2)
    alone, both = fitting(one), fitting(two)
    return Outcome(
        figures=[
            Figure(
                title=f"two processes against one, each with {SHARE} of a core: rooms with p99 <= {LATE_MS:.0f} ms",
                value=both / alone if alone else float("nan"), unit="times", target=1.7, least=True,
                beside=f"{both} against {alone}",
            ),
            Figure(
                title="the same by the CPU that a room takes",
                value=2 * _cpu_per_room(one) / _cpu_per_room(two), unit="times",
                beside=f"{_cpu_per_room(one) * 1000:.2f} ms of CPU a second and room with one process, "
                f"{_cpu_per_room(two) * 1000:.2f} with two",
            ),
        ],
        tables=[table("One process", one), table("Two processes", two)],
        panels=[panel("p99 by rooms of 8, ms, with Redis", {"one process": one, "two processes": two})],
        notes=[
            f"Two processes: each is held to {SHARE} of a core by a control group (periods of "
            f"{cpu_shares.PERIOD_US // 1000} ms), so that one such share is compared with two on a machine with two "
            "cores of which the load, PostgreSQL and Redis need one."
        ],
    )  # fmt: skip


async def _levels(options: Options, count: int) -> list[Level]:
    print(f"  {count} process(es)", flush=True)
    async with lively(options, options.most_rooms, processes=count, shared=True) as crowd:
        parent, *children = cores.family(crowd.server.pid)
        with cpu_shares.held(children or [parent], SHARE):
            return await search(crowd, replace(options, rooms=int(options.rooms * FIRST)))


def _cpu_per_room(levels: list[Level]) -> float:
    """Return cores per room at the first level, which both reach."""
    return levels[0].server_cores / levels[0].rooms
