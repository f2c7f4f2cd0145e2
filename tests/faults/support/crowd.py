"""Many members in one room, and their simultaneous reconnection."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack

from tests.client import Client, RoomClient
from tests.servers import Server
from watchium.client import ProblemError, Resume

AT_ONCE = 8  # threads that join members
TRIES = 12
LONGEST_WAIT_S = 10.0


async def crowd(server: Server, room_id: str, count: int) -> list[Client]:
    """Join `count` guests to the room."""
    people = [Client(server.url, timeout_s=60) for _ in range(count)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def join(number: int, person: Client) -> None:
        async with gate:
            await asyncio.to_thread(person.join, room_id, f"Guest {number}")

    await asyncio.gather(*(join(number, person) for number, person in enumerate(people)))
    return people


async def come_back(
    stack: AsyncExitStack,
    people: list[Client],
    room_id: str,
    known: list[Resume],
    chance: random.Random,
    *,
    first_wait_s: float = 1.0,
    arrived: Callable[[], None] = lambda: None,
) -> list[RoomClient]:
    """Reconnect like a page: after a random delay, with longer delays after failures."""

    async def one(person: Client, resume: Resume) -> RoomClient:
        for attempt in range(TRIES):
            later_s = min(LONGEST_WAIT_S, 2.0 ** (attempt - 1)) if attempt else 0.0
            await asyncio.sleep(chance.uniform(0, max(first_wait_s, later_s)))
            try:
                back = await stack.enter_async_context(person.enter(room_id, resume=resume))
            except (OSError, TimeoutError, ProblemError):
                continue
            arrived()
            return back
        raise AssertionError(f"not back after {TRIES} tries")

    return await asyncio.gather(*(one(person, resume) for person, resume in zip(people, known, strict=True)))
