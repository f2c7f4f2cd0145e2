"""One room at a low rate: delay of an event to all members, and its cost in the usual room of eight."""

from __future__ import annotations

import asyncio
import time
from statistics import median

from tests.bench.load.figures import Figure, Outcome, Table, percentile
from tests.bench.load.harness.counting import Pump
from tests.bench.load.harness.runner import (
    CHANNELS,
    OURS,
    SOCKETIO,
    Load,
    contenders,
    paced,
    saturated,
    stage,
    stages,
)
from tests.bench.load.options import Options

CALM_PER_S = 20.0
EIGHT_PER_S = 1000.0
ROOMS_OF_EIGHT = 16


async def latency(options: Options) -> Outcome:
    """Measure delays in a room of 100 at 20 events a second."""
    seconds = 5.0 if options.quick else 20.0
    p50: dict[str, list[float]] = {}
    p99: dict[str, list[float]] = {}
    busy: dict[str, list[float]] = {}
    for _ in range(options.rounds):
        for name in contenders():
            async with stage(name, 100, stamped=True) as on:
                pump = Pump(on.publisher, on.tally, on.members, 1)
                await pump.at_rate(CALM_PER_S, 1.0)
                del on.delays_ms[:]
                cpu_s, start = on.server.cpu_s(), time.perf_counter()
                await pump.at_rate(CALM_PER_S, seconds)
                busy.setdefault(name, []).append((on.server.cpu_s() - cpu_s) / (time.perf_counter() - start))
                await asyncio.sleep(0.5)
                p50.setdefault(name, []).append(percentile(on.delays_ms, 0.5))
                p99.setdefault(name, []).append(percentile(on.delays_ms, 0.99))
            print(
                f"  {name}: p50 {p50[name][-1]:.2f} p99 {p99[name][-1]:.2f} ms, {busy[name][-1]:.3f} of a core",
                flush=True,
            )
    ours = median(p99[OURS])
    title = "p99 of the delay, N = 100, 20 events a second"
    return Outcome(
        figures=[
            Figure(title=f"{title}: ours against {other}", value=ours / median(p99[other]), target=target, unit="times")
            for other, target in ((CHANNELS, 0.15), (SOCKETIO, 1.0))
            if other in p99
        ]
        + [Figure(title=title, value=ours, unit="ms", beside=f"{median(busy[OURS]):.3f} of a core")],
        tables=[
            Table(
                title="Delay of an event, N = 100, 20 events a second",
                head=["", "p50, ms", "p99, ms", "cores"],
                rows=[
                    [name, f"{median(p50[name]):.2f}", f"{median(p99[name]):.2f}", f"{median(busy[name]):.3f}"]
                    for name in contenders()
                ],
            )
        ],
    )  # fmt: skip


async def eight(options: Options) -> Outcome:
    """Measure the CPU cost of one event in and eight out in three ways.

    With many rooms at once the process is never idle: the cost on a busy server. With one room, either back to back or
    at a low rate, the cost includes scheduler sleeps and wake-ups and cold caches.
    """
    ways: dict[str, list[list[float]]] = {}
    for _ in range(options.rounds):
        for name in contenders():
            loads = await _eight(name, options.seconds)
            ways.setdefault(name, []).append([load.cpu_ms_per_1000 * 8 for load in loads])
            print(f"  {name}: " + "; ".join(_said(load) for load in loads), flush=True)
    cost = {name: [median(way) for way in zip(*rounds, strict=True)] for name, rounds in ways.items()}
    title = "room of 8, one event in and eight out: CPU"
    many, back_to_back, calm = cost[OURS]
    return Outcome(
        figures=[
            Figure(
                title=f"{title}, {ROOMS_OF_EIGHT} such rooms busy at once", value=many, target=80, unit="us"
            ),
            Figure(title=f"{title}, one room back to back", value=back_to_back, unit="us"),
            Figure(title=f"{title}, one room at {EIGHT_PER_S:,.0f} events a second", value=calm, unit="us"),
        ],
        tables=[
            Table(
                title="Room of 8: CPU of the server for one event, us",
                head=[
                    "",
                    f"{ROOMS_OF_EIGHT} rooms, each with the next as soon as the last has arrived",
                    "one room, likewise",
                    f"one room, {EIGHT_PER_S:,.0f} a second",
                ],
                rows=[[name, *(f"{us:.0f}" for us in cost[name])] for name in contenders()],
            )
        ],
    )


async def _eight(name: str, seconds: float) -> tuple[Load, Load, Load]:
    async with stages(name, ROOMS_OF_EIGHT, 8) as rooms:
        return (
            await saturated(rooms, seconds, window=1),
            await saturated(rooms[:1], seconds, window=1),
            await paced(rooms[0], EIGHT_PER_S, seconds),
        )


def _said(load: Load) -> str:
    return (
        f"{load.cpu_ms_per_1000 * 8:.0f} us, {load.deliveries_per_s / 8:,.0f} events a second, server {load.busy:.0%}, "
        f"lost {load.lost}"
    )
