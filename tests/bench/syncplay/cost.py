"""CPU of the server for members with Syncplay, beside members with pages, and for none at all."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from tests.bench.syncplay.light_client import LightClient
from tests.client import Client, RoomClient
from tests.servers import Server, free_port, watchium_server

MEMBERS = 20
SETTLES_S = 8.0
MEASURED_S = 20.0
ROUNDS = 2
HEARTBEAT_S = 3.0  # of a page
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


async def measure() -> None:
    """Rounds alternate, so that a change of the machine meets all kinds alike."""
    kinds = {"Syncplay": bridged, "pages": browsers, "nobody": nobody, "nobody, listener on": nobody_but_on}
    used: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(ROUNDS):
        for name, kind in kinds.items():
            async with kind() as server:
                await asyncio.sleep(SETTLES_S)
                before_s, began_s = cpu_s(server), time.monotonic()
                await asyncio.sleep(MEASURED_S)
                used[name].append((cpu_s(server) - before_s) / (time.monotonic() - began_s))
    idle = median(used["nobody"])
    for name, shares in used.items():
        print(f"{name}: {', '.join(f'{1000 * each:.1f}' for each in shares)} ms of CPU a second")
    one, page = ((median(used[name]) - idle) / MEMBERS for name in ("Syncplay", "pages"))
    print(
        f"a member with Syncplay {1000 * one:.3f} ms of CPU a second, a member with a page {1000 * page:.3f}:"
        f" one costs {one / page:.2f} pages (at most 2)"
    )


def cpu_s(server: Server) -> float:
    fields = Path(f"/proc/{server.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def median(values: list[float]) -> float:
    return statistics.median(values)


@asynccontextmanager
async def nobody() -> AsyncIterator[Server]:
    with watchium_server() as server:
        yield server


@asynccontextmanager
async def nobody_but_on() -> AsyncIterator[Server]:
    with watchium_server({"WATCHIUM_SYNCPLAY": f"127.0.0.1:{free_port()}"}) as server:
        yield server


@asynccontextmanager
async def playing_room(server: Server) -> AsyncIterator[str]:
    """A room that plays; its host leaves after that."""
    host = await asyncio.to_thread(Client, server.url)
    room_id = (await asyncio.to_thread(host.create_room, username="Mira")).room_id
    async with host.enter(room_id) as socket:
        await socket.request("load", media_url="https://media.example/film.mp4")
        await socket.request("play")
    yield room_id


@asynccontextmanager
async def bridged() -> AsyncIterator[Server]:
    port = free_port()
    with watchium_server({"WATCHIUM_SYNCPLAY": f"127.0.0.1:{port}"}) as server:
        async with playing_room(server) as room_id, AsyncExitStack() as stack:
            for number in range(MEMBERS):
                await stack.enter_async_context(LightClient.connected(port, room_id, f"member{number}"))
            yield server


@asynccontextmanager
async def browsers() -> AsyncIterator[Server]:
    with watchium_server() as server:
        async with playing_room(server) as room_id, AsyncExitStack() as stack:
            for number in range(MEMBERS):
                await stack.enter_async_context(page(server, room_id, f"member{number}"))
            yield server


@asynccontextmanager
async def page(server: Server, room_id: str, name: str) -> AsyncIterator[None]:
    """A member whose program sends what a page does: a heartbeat every three seconds, and exchanges for the clock."""
    client = await asyncio.to_thread(Client, server.url)
    await asyncio.to_thread(client.join, room_id, name)
    async with client.enter(room_id) as socket:
        beating = asyncio.create_task(beat(socket))
        try:
            yield
        finally:
            beating.cancel()
            await asyncio.wait([beating])


async def beat(socket: RoomClient) -> None:
    number = 0
    while True:
        number += 1
        report = {
            "current_time": 3.0 * number,
            "is_playing": True,
            "is_synced": True,
            "drift_ms": number % 7 * 1.5,
        }
        costs = {"latency_ms": 2.0, "start_cost_ms": 60.0, "seek_cost_ms": 80.0, "state": "tracking"}
        await socket.send("heartbeat", **report, **costs)
        await asyncio.sleep(HEARTBEAT_S)
