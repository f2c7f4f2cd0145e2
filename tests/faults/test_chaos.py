"""A hundred rooms, random commands, random kills: afterwards every log is complete and all clients agree."""

from __future__ import annotations

import asyncio
import os
import random
import time
from contextlib import suppress

import pytest

from tests.client import Client, RoomClient
from tests.deployments import Deployment, two_processes
from tests.faults.support.invariants import everything_holds, footprint, settles_back
from watchium.client import ProblemError, Resume
from watchium.protocol.replies import Accepted

ROOMS = 100
LASTS_S = float(os.environ.get("WATCHIUM_CHAOS_S", "300"))
KILL_EVERY_S = (8, 20)
CLIP = "/media/samples/clip.webm"


class Party:
    """A host and a guest in a room, each with a socket that reconnects to any running process."""

    def __init__(self, deployment: Deployment, number: int, chance: random.Random) -> None:
        self.deployment, self.number, self.chance = deployment, number, chance
        self.acknowledged: list[Accepted] = []
        self.known: dict[str, Resume] = {}
        self.unanswered: tuple[str, str, dict] | None = None

    def open(self) -> None:
        self.host, self.guest = Client(self.deployment.here.url), Client(self.deployment.there.url)
        self.room_id = self.host.create_room(username="Host", media_url=CLIP).room_id
        self.guest.join(self.room_id, "Guest")

    def deed(self) -> tuple[str, str, dict]:
        event_id = f"{self.number}-{self.chance.getrandbits(64)}"
        kind = self.chance.choice(["play", "pause", "seek", "seek", "set_rate"])
        where, rate = self.chance.uniform(0, 60), self.chance.choice([1, 1.5])
        more = {"seek": {"current_time": where}, "set_rate": {"rate": rate}}
        return kind, event_id, more.get(kind, {})

    async def live(self, until: float) -> None:
        while time.monotonic() < until:
            # A client that loses its connection resumes, and repeats unacknowledged commands.
            with suppress(OSError, TimeoutError, ProblemError, AssertionError):
                await self.evening(until)
            await asyncio.sleep(self.chance.uniform(0, 1))

    async def evening(self, until: float) -> None:
        async with self.enter(self.host) as host, self.enter(self.guest) as guest:
            while time.monotonic() < until:
                kind, event_id, more = self.unanswered = self.unanswered or self.deed()
                self.acknowledged.append(await host.say(kind, event_id=event_id, **more))
                self.unanswered = None
                self.remember(self.host, host)
                self.remember(self.guest, guest)
                await asyncio.sleep(self.chance.uniform(0, 4))

    def enter(self, client: Client):
        client.base_url = self.chance.choice(self.deployment.servers).url
        return client.enter(self.room_id, resume=self.known.get(client.user_id or ""))

    def remember(self, client: Client, room: RoomClient) -> None:
        self.known[client.user_id or ""] = room.resume

    async def check(self) -> None:
        async with self.enter(self.host) as host, self.enter(self.guest) as guest:
            await everything_holds(
                self.host, self.room_id, live=[host, guest], acknowledged=self.acknowledged
            )


@pytest.mark.long
async def test_a_hundred_rooms_with_random_commands_and_random_kills(where: dict[str, str]):
    chance = random.Random(int(os.environ.get("WATCHIUM_CHAOS_SEED", "4")))
    with two_processes({**where, "WATCHIUM_COMMANDS_PER_MINUTE": "600"}) as deployment:
        parties = [Party(deployment, number, random.Random(chance.random())) for number in range(ROOMS)]
        for party in parties:
            await asyncio.to_thread(party.open)
        until = time.monotonic() + LASTS_S
        killing = asyncio.create_task(kill_now_and_then(deployment, chance, until))
        await asyncio.gather(*(party.live(until) for party in parties))
        await killing
        before = [footprint(server) for server in deployment.servers]
        for start in range(0, ROOMS, 10):
            await asyncio.gather(*(party.check() for party in parties[start : start + 10]))
        assert sum(len(party.acknowledged) for party in parties) > ROOMS
        for server, held in zip(deployment.servers, before, strict=True):
            assert "Traceback" not in server.log(), server.log()[-4000:]
            await settles_back(server, held)


async def kill_now_and_then(deployment: Deployment, chance: random.Random, until: float) -> None:
    assert deployment.redis is not None
    while time.monotonic() + KILL_EVERY_S[1] + 5 < until:
        await asyncio.sleep(chance.uniform(*KILL_EVERY_S))
        victim = chance.choice([*deployment.servers, deployment.redis])
        await asyncio.to_thread(victim.kill)  # type: ignore[attr-defined]
        await asyncio.to_thread(victim.start)  # type: ignore[attr-defined]
