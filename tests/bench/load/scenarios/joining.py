"""The cost of joining a room over HTTP and of connecting to its socket."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from functools import partial

from tests.bench.load.figures import Figure, Outcome, percentile
from tests.bench.load.harness.crowd import Seat, enter, watchium
from tests.bench.load.options import Options
from tests.bench.load.scenarios.rooms import lively
from tests.client import Client
from watchium.client import ProblemError

JOINS = 60
PEOPLE = 8
OTHERS = 40  # rooms with members during the measurement


async def joining(options: Options) -> Outcome:
    joins = 10 if options.quick else JOINS
    async with lively(options, OTHERS + joins // PEOPLE + 1) as crowd:
        await crowd.fill(OTHERS)
        await asyncio.sleep(2.0)
        rooms = crowd.rooms[OTHERS:]
        base = crowd.server.address.replace("ws:", "http:")
        tokens: list[tuple[str, str]] = []

        def join(number: int) -> None:
            client = Client(base)
            room_id = rooms[number // PEOPLE].room_id
            client.join(room_id, f"Guest {number}")
            tokens.append((room_id, client.token or ""))

        http_ms, http_cpu_ms = await _timed(crowd.server.cpu_s, join, joins)

        async def come_in(number: int) -> None:
            room_id, token = tokens[number]
            dialect = watchium(room_id)
            await enter(crowd.server.address, dialect.member, partial(Seat, dialect), token)

        socket_ms, socket_cpu_ms = await _timed(crowd.server.cpu_s, come_in, len(tokens))
    return Outcome(
        figures=[
            Figure(
                title="joining over HTTP, p50",
                value=percentile(http_ms, 0.5),
                unit="ms",
                beside=f"p99 {percentile(http_ms, 0.99):.1f} ms, {http_cpu_ms:.1f} ms of CPU",
            ),
            Figure(
                title="coming in by the socket until the welcome, p50",
                value=percentile(socket_ms, 0.5),
                unit="ms",
                beside=f"p99 {percentile(socket_ms, 0.99):.1f} ms, {socket_cpu_ms:.1f} ms of CPU",
            ),
        ],
        notes=[
            f"Joins: one after the other, {len(tokens)} guests into rooms of {PEOPLE}, {OTHERS} other rooms full and "
            "idle, PostgreSQL."
        ],
    )


async def _timed(cpu_s: Callable[[], float], deed, count: int) -> tuple[list[float], float]:
    """Return milliseconds of each, and the mean CPU. Ends where the server's limits on joining begin."""
    took_ms: list[float] = []
    before = cpu_s()
    for number in range(count):
        start = time.perf_counter()
        try:
            await (deed(number) if asyncio.iscoroutinefunction(deed) else asyncio.to_thread(deed, number))
        except ProblemError as problem:
            if problem.problem.code != "rate_limited":
                raise
            break
        took_ms.append((time.perf_counter() - start) * 1000)
    return took_ms, (cpu_s() - before) * 1000 / max(1, len(took_ms))
