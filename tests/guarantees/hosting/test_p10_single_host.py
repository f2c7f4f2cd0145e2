from __future__ import annotations

import asyncio

import pytest

from tests.deployments import Deployment
from tests.faults.support.invariants import everything_holds
from tests.guarantees.fixtures import follow_to, scene_in
from watchium.client import ProblemError


async def test_p10_a_former_host_is_refused_from_the_handover_on(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        handed = await alice.say("transfer_host", user_id=scene.bob.user_id)
        for deed in ({"kind": "play"}, {"kind": "seek", "current_time": 5}):
            with pytest.raises(ProblemError, match="not_host"):
                await alice.say(**deed)
        await follow_to(bob, handed.revision)
        sought = await bob.say("seek", current_time=5)
        assert sought.revision == (handed.revision or 0) + 1


async def test_p10_simultaneous_transfer_claim_and_leave_end_with_one_host(deployment: Deployment):
    scene = await scene_in(deployment)
    for _ in range(5):
        async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
            await asyncio.gather(
                alice.say("transfer_host", user_id=scene.bob.user_id),
                bob.send("leave"),
                alice.say("claim_host"),
                bob.say("transfer_host", user_id=scene.alice.user_id),
                return_exceptions=True,
            )
            state = await asyncio.to_thread(scene.alice.state, scene.room_id)
            hosts = [member.user_id for member in state.members if member.role == "host"]
            assert len(hosts) == 1
            assert state.room.host_id == hosts[0]
            await everything_holds(scene.alice, scene.room_id, live=[alice], servers=deployment.servers)
            await asyncio.to_thread(scene.bob.join, scene.room_id, "Bob")
            await alice.say("claim_host")


async def test_p10_a_room_with_present_members_has_a_host_or_a_running_grace_period(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.bob.enter(scene.room_id) as bob:
        state = await asyncio.to_thread(scene.bob.state, scene.room_id)
        assert state.room.host_id or state.room.seat
        async with scene.alice.enter(scene.room_id):
            state = await asyncio.to_thread(scene.bob.state, scene.room_id)
            assert state.room.host_id == scene.alice.user_id
        held = await bob.hear("seat_held")
        assert held.payload.user_id == scene.alice.user_id
        state = await asyncio.to_thread(scene.bob.state, scene.room_id)
        assert state.room.seat is not None
        assert state.room.seat.next == scene.bob.user_id
