from __future__ import annotations

import asyncio

from tests.faults.deaf import deaf_socket
from tests.faults.final_check import everything_holds, footprint, until
from tests.houses import one_process
from tests.promises.scenes import scene_in
from tests.services import Server
from watchium.client import RoomClient

COSTS_KB = 4_000  # what the process may have grown by for other reasons is in it
TOLD = 600
WORDS = "x" * 3000
CLOSED_S = 12


async def tell_much(client: RoomClient, server_url: str, scene) -> None:
    """Some 2 MB to everybody in the room."""
    for _ in range(TOLD):
        await asyncio.to_thread(scene.alice.broadcast, scene.room_id, "noise", {"words": WORDS})


async def test_p16_two_that_never_read_slow_nobody_and_are_closed(mortal_server: Server):
    scene = await scene_in(one_process(mortal_server))
    async with (
        scene.alice.enter(scene.room_id) as alice,
        scene.bob.enter(scene.room_id) as bob,
        deaf_socket(scene.bob, scene.room_id) as one,
        deaf_socket(scene.bob, scene.room_id) as other,
    ):
        before = footprint(mortal_server)
        await tell_much(alice, mortal_server.url, scene)
        heard = [event for event in bob.heard() if getattr(event, "type", "") == "noise"]
        while len(heard) < TOLD:
            heard.append(await bob.hear("noise"))
        accepted = await alice.say("seek", current_time=3)
        while (await bob.hear("seek")).revision != accepted.revision:
            pass
        assert footprint(mortal_server).resident_kb - before.resident_kb < COSTS_KB
        await until(lambda: footprint(mortal_server).descriptors <= before.descriptors - 2, CLOSED_S)
        assert [await one.closing_code(), await other.closing_code()] == [4008, 4008]
        await everything_holds(
            scene.alice, scene.room_id, live=[alice, bob], acknowledged=[accepted], servers=[mortal_server]
        )
