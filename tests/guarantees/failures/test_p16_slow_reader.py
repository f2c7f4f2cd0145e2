from __future__ import annotations

import asyncio
import http.client
import json

import pytest

from tests.client import RoomClient
from tests.deployments import one_process
from tests.faults.support.invariants import everything_holds, footprint, until
from tests.faults.support.stalled_reader import deaf_socket
from tests.guarantees.fixtures import scene_in
from tests.servers import Server
from tests.watchium.consumers.fixtures import Scene
from watchium.client.room_state import type_of

COSTS_KB = 2 * 1000  # for two readers
NOISE_KB = 3000  # memory noise of the process for the same number of requests
TOLD = 500
WORDS = "x" * 3000
CLOSED_S = 12


def broadcast_much(scene: Scene) -> None:
    """Reuse one connection: a new one per request would take three times as long."""
    line = http.client.HTTPConnection("127.0.0.1", scene.server.port, timeout=10)
    headers = {"Authorization": f"Bearer {scene.alice.token}", "Content-Type": "application/json"}
    said = json.dumps({"type": "noise", "payload": {"words": WORDS}})
    for _ in range(TOLD):
        line.request("POST", f"/api/rooms/{scene.room_id}/broadcast/", said, headers)
        answer = line.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
    line.close()


async def tell_much(scene: Scene, listener: RoomClient) -> None:
    """Publish about 1.5 MB to the room, and read it to the end with one member."""
    await asyncio.to_thread(broadcast_much, scene)
    heard = 0
    while heard < TOLD:
        heard += type_of(await listener.next_event()) == "noise"


@pytest.mark.early
@pytest.mark.once
async def test_p16_two_clients_that_never_read_slow_no_member_and_are_closed(generous_server: Server):
    scene = await scene_in(one_process(generous_server))
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await tell_much(scene, bob)  # fills all caches and pools
        first = footprint(generous_server)
        await tell_much(scene, bob)
        without = footprint(generous_server)
        async with (
            deaf_socket(scene.bob, scene.room_id) as one,
            deaf_socket(scene.bob, scene.room_id) as other,
        ):
            assert one.still_held
            assert other.still_held
            await tell_much(scene, bob)
            grown_kb = footprint(generous_server).resident_kb - without.resident_kb
            assert grown_kb - max(0, without.resident_kb - first.resident_kb) < COSTS_KB + NOISE_KB
            await until(lambda: not (one.still_held or other.still_held), CLOSED_S, "they are closed")
            for deaf in (one, other):
                assert await deaf.closing_code() in (4008, None)  # reset if it read nothing
        accepted = await alice.say("seek", current_time=3)
        while (await bob.hear("seek")).revision != accepted.revision:
            pass
        await everything_holds(
            scene.alice, scene.room_id, live=[alice, bob], acknowledged=[accepted], servers=[generous_server]
        )
