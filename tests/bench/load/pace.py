"""One room at a calm pace: how long an event takes to everybody; and what it costs in the usual room of eight."""

from __future__ import annotations

import asyncio
import time
from statistics import median

from tests.bench.load.counting import Pump
from tests.bench.load.figures import Figure, Outcome, Table, percentile
from tests.bench.load.options import Options
from tests.bench.load.stage import CHANNELS, OURS, SOCKETIO, contenders, paced, saturated, stage

CALM_PER_S = 20.0
EIGHT_PER_S = 1000.0


async def latency(options: Options) -> Outcome:
    """A room of 100, 20 events a second: how long until they are there."""
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
    """The usual room: what one event in and eight out cost the process, at a pace it holds easily and back to back.

    A lone event finds everything cold, and a processor that has to be woken; back to back there is neither.
    """
    calm: dict[str, list[float]] = {}
    back_to_back: dict[str, list[float]] = {}
    for _ in range(options.rounds):
        for name in contenders():
            async with stage(name, 8) as on:
                load = await paced(on, EIGHT_PER_S, options.seconds)
                busy = await saturated(on, options.seconds, window=1)
            calm.setdefault(name, []).append(load.cpu_ms_per_1000 * 8)
            back_to_back.setdefault(name, []).append(busy.cpu_ms_per_1000 * 8)
            print(
                f"  {name}: {calm[name][-1]:.0f} us an event, lost {load.lost}; back to back "
                f"{back_to_back[name][-1]:.0f} us, lost {busy.lost}, {busy.deliveries_per_s / 8:,.0f} events a second",
                flush=True,
            )
    title = "room of 8, one event in and eight out: CPU"
    return Outcome(
        figures=[
            Figure(
                title=f"{title}, at {EIGHT_PER_S:,.0f} events a second",
                value=median(calm[OURS]),
                target=80,
                unit="us",
            ),
            Figure(title=f"{title}, back to back", value=median(back_to_back[OURS]), target=80, unit="us"),
        ],
        tables=[
            Table(
                title="Room of 8: CPU of the server for one event, us",
                head=["", f"at {EIGHT_PER_S:,.0f} a second", "the next as soon as the last has arrived"],
                rows=[
                    [name, f"{median(calm[name]):.0f}", f"{median(back_to_back[name]):.0f}"]
                    for name in contenders()
                ],
            )
        ],
    )
