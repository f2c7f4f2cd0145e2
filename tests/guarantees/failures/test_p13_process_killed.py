from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack

import pytest

from tests.deployments import Deployment, one_process, several_processes
from tests.faults.support.crowd import come_back, crowd
from tests.faults.support.invariants import everything_holds
from tests.guarantees.fixtures import scene_in
from tests.servers import Server

SOCKETS = 100
BACK_S = 10


async def killed_and_back(deployment: Deployment) -> None:
    scene = await scene_in(deployment)
    people = await crowd(deployment.there, scene.room_id, SOCKETS - 1)
    async with AsyncExitStack() as stack:
        alice = await stack.enter_async_context(scene.alice.enter(scene.room_id))
        tabs = [await stack.enter_async_context(person.enter(scene.room_id)) for person in people]
        acknowledged = [
            await alice.say("seek", event_id=f"s{number}", current_time=number) for number in range(5)
        ]
        acknowledged += [await alice.say("play", event_id="go")]
        deployment.there.kill()
        await asyncio.gather(*(tab.closed() for tab in tabs))
        known = [tab.resume for tab in tabs]
        timeline = alice.timeline
    await asyncio.to_thread(deployment.there.start)
    async with AsyncExitStack() as stack, asyncio.timeout(BACK_S):
        back = await come_back(stack, people, scene.room_id, known, random.Random(13))
        alice = await stack.enter_async_context(scene.alice.enter(scene.room_id))
        assert all(tab.welcome.resumed for tab in back)
        assert alice.timeline == timeline
        state = await everything_holds(
            scene.alice,
            scene.room_id,
            live=[alice, *back],
            acknowledged=acknowledged,
            servers=deployment.servers,
        )
        assert state.revision == acknowledged[-1].revision
    again = await asyncio.to_thread(scene.alice.control, scene.room_id, "seek", event_id="s3", current_time=3)
    assert again == acknowledged[3]


@pytest.mark.early
async def test_p13_a_hundred_sockets_of_the_only_process(killable_server: Server):
    await killed_and_back(one_process(killable_server))


@several_processes
@pytest.mark.long
async def test_p13_a_hundred_sockets_of_one_process_of_two(killable_pair: Deployment):
    await killed_and_back(killable_pair)


async def test_p13_the_host_of_a_killed_process_is_still_the_host(killable_server: Server):
    scene = await scene_in(one_process(killable_server))
    async with scene.alice.enter(scene.room_id), scene.bob.enter(scene.room_id):
        killable_server.kill()
    await asyncio.to_thread(killable_server.start)
    async with scene.bob.enter(scene.room_id) as bob:
        assert bob.welcome.room.host_id == scene.alice.user_id
