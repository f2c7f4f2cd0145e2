"""A server that is killed and returns, a client that is frozen, and a client whose file is longer."""

from __future__ import annotations

import asyncio

from tests.bench.syncplay.clients import make_film
from tests.bench.syncplay.figures import p50_p95
from tests.bench.syncplay.room import FILM_S, SETTLES_S, BenchRoom, bench_room

IN_STEP_S = 0.04
MOST_S = 60.0
AWAY_S = 6.0
FROZEN_S = 20.0
LONGER_S = 3


async def measure() -> None:
    async with bench_room() as room:
        async with room.entered():
            await room.load()
            await room.add("near")
            await room.add("far", 60.0)
            longer = await asyncio.to_thread(make_film, room.folder / "longer.mp4", FILM_S + LONGER_S)
            await room.add("longer", film=longer)
            await room.rest(SETTLES_S)
            await room.do("play")
            await room.rest(20.0)
            await _longer_file(room)
            await _frozen(room)
        room.server.kill()
        await asyncio.sleep(AWAY_S)
        await asyncio.to_thread(room.server.start)
        async with room.entered():
            await _report(room, f"server killed, back after {AWAY_S:.0f} s", ("near", "far", "longer"))


async def _longer_file(room: BenchRoom) -> None:
    errors = room.errors("longer").errors[-40:]
    print(
        f"file {LONGER_S} s longer: p50/p95 {p50_p95([each.error_s * 1000 for each in errors])} ms,"
        f" seeks {errors[-1].seeks - errors[0].seeks}",
        flush=True,
    )


async def _frozen(room: BenchRoom) -> None:
    """Program and player stand still; the server ends the silent connection, and the client returns by itself."""
    client = room.clients["near"]
    client.freeze()
    await room.rest(FROZEN_S)
    client.thaw()
    await _report(room, f"client frozen for {FROZEN_S:.0f} s", ("near",))
    await _report(room, "the other one meanwhile", ("far",))


async def _report(room: BenchRoom, what: str, names: tuple[str, ...]) -> None:
    took = await asyncio.gather(*(room.in_step(name, IN_STEP_S, MOST_S) for name in names))
    shown = ", ".join(
        f"{name} {'never' if each is None else f'{each:.1f} s'}"
        for name, each in zip(names, took, strict=True)
    )
    print(f"{what}: within {IN_STEP_S * 1000:.0f} ms for a second, after: {shown}", flush=True)
