"""Set up a server, one room with members and a publisher for one measurement, and remove them afterwards."""

from __future__ import annotations

import asyncio
import math
import time
from array import array
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from tests.bench.load.harness import child_process, tools
from tests.bench.load.harness.child_process import Served
from tests.bench.load.harness.counting import Counter, Pump, Stamped, Tally
from tests.bench.load.harness.crowd import Seat, enter, enter_all, plain, socket_io, watchium
from tests.bench.load.harness.deployment import Deployment, Room, deployment
from tests.servers import Missing

OURS, PICOWS, WS, SOCKETIO, CHANNELS = "Watchium", "picows", "Node ws", "socket.io", "Channels groups"
WARM_S = 0.5
NOWHERE = Deployment(Path(), {})


@dataclass
class Stage:
    """A server with a room of members, and a publisher."""

    server: Served
    publisher: Seat
    members: int
    tally: Tally
    seats: list[Seat]
    delays_ms: array[float]

    def pump(self, window: int | None = None) -> Pump:
        return Pump(self.publisher, self.tally, self.members, window or max(4, min(32, 2000 // self.members)))


def contenders() -> list[str]:
    """Return the servers that this machine can run, ours first."""
    try:
        tools.node_modules()
    except Missing:
        return [OURS, PICOWS, CHANNELS]
    return [OURS, PICOWS, WS, SOCKETIO, CHANNELS]


@contextmanager
def _served(name: str, made: Deployment) -> Iterator[Served]:
    if name == OURS:
        with made.served() as server:
            yield server
        return
    command = {  # type: ignore[operator]
        PICOWS: child_process.picows,
        CHANNELS: child_process.plain_channels,
        WS: partial(child_process.node, "broadcast_ws.cjs"),
        SOCKETIO: partial(child_process.node, "broadcast_socketio.cjs"),
    }[name]()
    with child_process.serving(command, child_process.environment()) as server:
        yield server


@asynccontextmanager
async def stage(name: str, members: int, stamped: bool = False) -> AsyncIterator[Stage]:
    """Start a new server for each measurement, so that earlier ones leave no cost behind."""
    async with stages(name, 1, members, stamped) as (only,):
        yield only


@asynccontextmanager
async def stages(name: str, rooms: int, members: int, stamped: bool = False) -> AsyncIterator[list[Stage]]:
    """Start one server with several rooms."""
    with deployment() if name == OURS else nullcontext(NOWHERE) as made:
        nobody = [Room(str(number), [""] * members) for number in range(rooms)]
        furnished = made.furnish(rooms, members) if name == OURS else nobody
        with _served(name, made) as server:
            filled = [await _filled(name, server, room, stamped) for room in furnished]
            await asyncio.sleep(1.0)  # work that started with the joins has ended
            yield filled


async def _filled(name: str, server: Served, room: Room, stamped: bool) -> Stage:
    dialect = {OURS: watchium, SOCKETIO: socket_io}.get(name, plain)(room.room_id)
    tally, delays_ms = Tally(), array("d")
    make = partial(Stamped, dialect, delays_ms) if stamped else partial(Counter, dialect, tally)
    seats = await enter_all(server.address, [(dialect.member, make, token or None) for token in room.tokens])
    spoken = dialect if name == SOCKETIO else replace(dialect, greeted=None)
    publisher = await enter(server.address, dialect.publisher, partial(Seat, spoken))
    return Stage(server, publisher, len(seats), tally, seats, delays_ms)


@dataclass
class Load:
    """`busy`: utilisation of the server's and the generator's core."""

    deliveries_per_s: float
    cpu_ms_per_1000: float
    busy: float
    generator_busy: float
    lost: int


async def _measured(on: list[Stage], pumps: list[Pump], seconds: float, running: Awaitable[object]) -> Load:
    server = on[0].server
    await asyncio.sleep(WARM_S)
    count, cpu_s, own_s, start = _arrived(on), server.cpu_s(), time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    took = time.perf_counter() - start
    arrived, cpu_s = _arrived(on) - count, server.cpu_s() - cpu_s
    own_s = time.process_time() - own_s
    await running
    await asyncio.gather(*(pump.close() for pump in pumps))
    return Load(
        arrived / took,
        cpu_s * 1e6 / arrived if arrived else math.nan,
        cpu_s / took,
        own_s / took,
        sum(pump.lost for pump in pumps),
    )


def _arrived(on: list[Stage]) -> int:
    return sum(room.tally.count for room in on)


async def saturated(on: list[Stage], seconds: float, window: int | None = None) -> Load:
    """`window`: number of events in flight per room; with 1, the next is sent when the last has arrived."""
    pumps = [room.pump(window) for room in on]
    await asyncio.gather(*(pump.first() for pump in pumps))
    for pump in pumps:
        pump.open()
    running = asyncio.gather(*(pump.watch(seconds + 2 * WARM_S) for pump in pumps))
    return await _measured(on, pumps, seconds, running)


async def paced(on: Stage, events_per_s: float, seconds: float) -> Load:
    pump = on.pump()
    await pump.first()
    running = asyncio.ensure_future(pump.at_rate(events_per_s, seconds + 2 * WARM_S))
    return await _measured([on], [pump], seconds, running)
