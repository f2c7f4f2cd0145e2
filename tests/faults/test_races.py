"""Simultaneous commands, joins and leaves against real processes and a real database."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.client import Client
from tests.deployments import Deployment
from tests.faults.support.invariants import everything_holds, until
from tests.guarantees.fixtures import elsewhere, scene_in
from tests.servers import watchium_server
from watchium.client import ProblemError
from watchium.client.room_state import type_of


async def at_once(*calls: Any) -> list[Any]:
    return await asyncio.gather(*(asyncio.to_thread(*call) for call in calls), return_exceptions=True)


async def test_simultaneous_commands_end_with_the_later_one_for_all_members(deployment: Deployment):
    scene = await scene_in(deployment)
    await asyncio.to_thread(scene.alice.change_room, scene.room_id, control_policy="everyone")
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        answers = []
        for turn in range(8):
            answers += await asyncio.gather(
                alice.say("play", event_id=f"a{turn}", current_time=turn),
                bob.say("pause", event_id=f"b{turn}", current_time=turn + 1),
            )
        state = await everything_holds(
            scene.alice, scene.room_id, live=[alice, bob], acknowledged=answers, servers=deployment.servers
        )
        last = max(answers, key=lambda answer: answer.revision)
        assert state.timeline.phase == ("playing" if last.event_id.startswith("a") else "paused")


async def test_a_room_has_a_host_after_the_last_member_leaves_while_another_joins(deployment: Deployment):
    scene = await scene_in(deployment)
    for _ in range(6):
        async with scene.alice.enter(scene.room_id) as alice:
            leaving = asyncio.create_task(alice.send("leave"))
            async with scene.bob.enter(scene.room_id) as bob:
                await leaving
                await alice.closed()
                await until(lambda: bob.timeline, 2)
                state = await asyncio.to_thread(scene.bob.state, scene.room_id)
                assert state.room.host_id == scene.bob.user_id
                sought = await bob.say("seek", current_time=3)
                await everything_holds(
                    scene.bob, scene.room_id, live=[bob], acknowledged=[sought], servers=deployment.servers
                )
                await asyncio.to_thread(scene.alice.join, scene.room_id, "Alice")
                async with scene.alice.enter(scene.room_id) as back:
                    await back.say("claim_host")
        await asyncio.to_thread(scene.bob.leave, scene.room_id)
        await asyncio.to_thread(scene.bob.join, scene.room_id, "Bob")


async def test_twenty_joins_for_one_free_place_admit_one_member(where: dict[str, str]):
    with watchium_server({**where, "WATCHIUM_MAX_MEMBERS": "2"}) as server:
        alice = Client(server.url)
        room_id = (await asyncio.to_thread(alice.create_room, username="Alice")).room_id
        answers = await at_once(*((Client(server.url).join, room_id, f"Guest {n}") for n in range(20)))
        codes = [answer.code if isinstance(answer, ProblemError) else answer.role for answer in answers]
        assert sorted(codes) == ["member"] + ["room_full"] * 19
        assert "Traceback" not in server.log()


async def test_fifty_simultaneous_writers_wait_for_each_other_and_none_fails(deployment: Deployment):
    makers = [Client(server.url) for server in (deployment.here, deployment.there) for _ in range(25)]
    rooms = await at_once(*((maker.create_room,) for maker in makers))
    assert [room for room in rooms if isinstance(room, BaseException)] == []
    answers = await at_once(
        *((maker.comment, room.room_id, "first!") for maker, room in zip(makers, rooms, strict=True))
    )
    assert [answer for answer in answers if isinstance(answer, BaseException)] == []
    for server in deployment.servers:
        assert "locked" not in server.log()


async def test_twenty_reloads_in_a_row_are_one_member_throughout(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice:
        for turn in range(20):
            door = scene.bob if turn % 2 else elsewhere(scene.bob, deployment.here.url)
            async with door.enter(scene.room_id):
                pass
        async with scene.bob.enter(scene.room_id) as bob:
            sought = await alice.say("seek", current_time=3)
            while (await bob.hear("seek")).revision != sought.revision:
                pass
            assert "member_left" not in [type_of(event) for event in alice.received()]
            await everything_holds(
                scene.alice,
                scene.room_id,
                live=[alice, bob],
                acknowledged=[sought],
                servers=deployment.servers,
            )


async def test_a_duplicated_tab_has_its_own_socket_and_its_commands_apply_once(deployment: Deployment):
    scene = await scene_in(deployment)
    copy = elsewhere(scene.alice, deployment.there.url)
    async with scene.alice.enter(scene.room_id) as one, copy.enter(scene.room_id, resume=one.resume) as other:
        assert other.welcome.resumed
        # A duplicated tab copies the unsent commands in its storage.
        answers = await asyncio.gather(
            *(tab.say("seek", event_id="kept", current_time=5) for tab in (one, other) for _ in range(3))
        )
        assert len(set(answers)) == 1
        await everything_holds(
            scene.alice,
            scene.room_id,
            live=[one, other],
            acknowledged=answers[:1],
            servers=deployment.servers,
        )


@pytest.mark.parametrize("owner_claims", [True, False])
async def test_a_handover_while_the_host_leaves_and_another_member_claims_the_role(
    deployment: Deployment, owner_claims: bool
):
    scene = await scene_in(deployment)
    await asyncio.to_thread(scene.carol.join, scene.room_id, "Carol")
    carol_there = elsewhere(scene.carol, deployment.there.url)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await alice.say("transfer_host", user_id=scene.bob.user_id)
        async with carol_there.enter(scene.room_id) as carol:
            deeds = [bob.say("transfer_host", user_id=scene.carol.user_id), bob.send("leave")]
            deeds += [alice.say("claim_host")] if owner_claims else [alice.send("leave")]
            await asyncio.gather(*deeds, return_exceptions=True)
            left = alice if owner_claims else carol
            sitting = scene.alice if owner_claims else scene.carol
            state = await asyncio.to_thread(sitting.state, scene.room_id)
            assert state.room.host_id in (scene.alice.user_id, scene.carol.user_id)
            await everything_holds(sitting, scene.room_id, live=[left], servers=deployment.servers)
