from __future__ import annotations

import asyncio

from tests.deployments import Deployment
from tests.faults.support.invariants import everything_holds
from tests.guarantees.fixtures import scene_in
from watchium.client.room_state import type_of


async def test_p11_after_the_grace_period_the_longest_present_member_becomes_host_once(
    deployment: Deployment,
):
    scene = await scene_in(deployment)
    await asyncio.to_thread(scene.alice.change_room, scene.room_id, seat_hold_s=5)
    await asyncio.to_thread(scene.carol.join, scene.room_id, "Carol")
    async with (
        scene.alice.enter(scene.room_id) as alice,
        scene.bob.enter(scene.room_id) as bob,
        scene.carol.enter(scene.room_id) as carol,
    ):
        alice.socket.transport.abort()
        for client in (bob, carol):
            held = (await client.hear("seat_held")).payload
            assert (held.user_id, held.next) == (scene.alice.user_id, scene.bob.user_id)
        for client in (bob, carol):
            successor = await client.hear("new_host", timeout=10)
            assert successor.payload.user_id == scene.bob.user_id
            assert successor.payload.former_id == scene.alice.user_id
        sought = await bob.say("seek", current_time=4)
        while (await carol.hear("seek")).revision != sought.revision:
            pass
        assert "new_host" not in [type_of(event) for client in (bob, carol) for event in client.received()]
        await everything_holds(
            scene.bob, scene.room_id, live=[bob, carol], acknowledged=[sought], servers=deployment.servers
        )


async def test_p11_a_host_who_returns_within_the_grace_period_stays_host(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.bob.enter(scene.room_id) as bob:
        async with scene.alice.enter(scene.room_id) as alice:
            alice.socket.transport.abort()
            assert (await bob.hear("seat_held")).payload.user_id == scene.alice.user_id
        async with scene.alice.enter(scene.room_id) as alice:
            await bob.hear("seat_kept")
            await alice.say("seek", current_time=4)
            await bob.hear("seek")
            assert "new_host" not in [type_of(event) for event in bob.received()]
