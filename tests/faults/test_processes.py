"""Processes killed at critical points, stopped and restarted repeatedly, and a thousand members reconnecting."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack

import pytest

from tests.client import Client
from tests.deployments import Deployment, one_process
from tests.faults.support.crowd import come_back, crowd
from tests.faults.support.invariants import everything_holds
from tests.faults.support.send_commands import say_until_accepted
from tests.guarantees.fixtures import scene_in
from tests.servers import ROOT, Server, watchium_server
from tests.watchium.consumers.fixtures import CLIP
from watchium.client import ProblemError

DIES = str(ROOT / "tests" / "faults" / "support" / "process_kill.py")


@pytest.mark.parametrize("when", ["before_publish", "before_ack"])
async def test_a_command_whose_process_is_killed_after_the_commit_is_applied_once_and_reaches_all_members(
    where: dict[str, str], when: str
):
    with watchium_server(where, program=(DIES, when, "fatal")) as server:
        scene = await scene_in(one_process(server))
        async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
            await alice.say("seek", current_time=1)
            with pytest.raises(ConnectionError):
                await alice.say("seek", event_id="fatal", current_time=2)
            await bob.closed()
            known = [alice.resume, bob.resume]
        server.process.wait(5)  # type: ignore[union-attr]
        server.program = ("manage.py",)
        await asyncio.to_thread(server.start)
        async with (
            scene.alice.enter(scene.room_id, resume=known[0]) as alice,
            scene.bob.enter(scene.room_id, resume=known[1]) as bob,
        ):
            assert (alice.welcome.resumed, bob.welcome.resumed) == (True, True)
            answer = await alice.say("seek", event_id="fatal", current_time=2)
            assert answer.revision == (known[0].revision + 1 if when == "before_publish" else alice.revision)
            await everything_holds(
                scene.alice, scene.room_id, live=[alice, bob], acknowledged=[answer], servers=[server]
            )


@pytest.mark.long
async def test_a_process_in_a_crash_loop_beside_a_healthy_one(killable_pair: Deployment):
    scene = await scene_in(killable_pair)
    async with scene.alice.enter(scene.room_id) as alice:
        answers = []
        for turn in range(4):
            async with scene.bob.enter(scene.room_id) as bob:
                answers.append(await say_until_accepted(alice, "seek", f"s{turn}", current_time=turn))
                killable_pair.there.kill()
                await bob.closed()
            answers.append(await say_until_accepted(alice, "seek", f"t{turn}", current_time=turn))
            await asyncio.to_thread(killable_pair.there.start)
        async with scene.bob.enter(scene.room_id) as bob:
            answers.append(await alice.say("pause"))
            await everything_holds(
                scene.alice,
                scene.room_id,
                live=[alice, bob],
                acknowledged=answers,
                servers=killable_pair.servers,
            )


@pytest.mark.long
async def test_a_process_suspended_for_longer_than_a_lease_readmits_its_members(
    killable_pair: Deployment,
):
    scene = await scene_in(killable_pair)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        killable_pair.there.freeze()
        left = await alice.hear("member_left", timeout=25)  # by the other process, when the lease expires
        assert left.payload.user_id == scene.bob.user_id
        sought = await alice.say("seek", current_time=5)
        killable_pair.there.thaw()
        await bob.closed(timeout=25)
        async with scene.bob.enter(scene.room_id, resume=bob.resume) as bob:
            assert (await alice.hear("member_joined", timeout=10)).payload.user_id == scene.bob.user_id
            await everything_holds(
                scene.alice,
                scene.room_id,
                live=[alice, bob],
                acknowledged=[sought],
                servers=killable_pair.servers,
            )


@pytest.mark.long
@pytest.mark.alone
async def test_a_thousand_members_reconnect_within_thirty_seconds_and_not_all_at_once(
    killable_server: Server,
):
    rooms = await asyncio.gather(*(a_full_room(killable_server) for _ in range(100)))
    async with AsyncExitStack() as stack:
        tabs = {
            room_id: await asyncio.gather(*(stack.enter_async_context(one.enter(room_id)) for one in people))
            for room_id, people in rooms
        }
        answers = {room_id: await inside[0].say("seek", current_time=5) for room_id, inside in tabs.items()}
        last = tabs[rooms[-1][0]][-1]
        spread_s = last.welcome.limits.reconnect_spread_ms / 1000
        killable_server.kill()
        await asyncio.gather(*(tab.closed() for inside in tabs.values() for tab in inside))
        known = {room_id: [tab.resume for tab in inside] for room_id, inside in tabs.items()}
    await asyncio.to_thread(killable_server.start)
    loop = asyncio.get_running_loop()
    arrivals: Counter[int] = Counter()
    returned = loop.time()
    async with AsyncExitStack() as stack:
        coming = asyncio.gather(
            *(
                come_back(
                    stack, people, room_id, known[room_id], random.Random(room_id),
                    first_wait_s=spread_s, arrived=lambda: arrivals.update([int(loop.time() - returned)]),
                )
                for room_id, people in rooms
            )
        )  # fmt: skip
        try:
            back = await asyncio.wait_for(coming, 30)
        except TimeoutError:
            pytest.fail(f"{arrivals.total()} of 1000 are back, by seconds: {sorted(arrivals.items())}")
        for (room_id, people), inside in zip(rooms, back, strict=True):
            await everything_holds(people[0], room_id, live=inside, acknowledged=[answers[room_id]])
    assert "Traceback" not in killable_server.log()
    assert arrivals.total() == 1000
    assert max(arrivals.values()) <= 150, arrivals


async def a_full_room(server: Server) -> tuple[str, list[Client]]:
    """Ten members, the first of them the host."""
    host = Client(server.url, timeout_s=60)
    room_id = (await asyncio.to_thread(host.create_room, username="Host", media_url=CLIP)).room_id
    return room_id, [host, *await crowd(server, room_id, 9)]


async def test_a_server_stopped_while_members_join_leaves_no_connection_hanging(killable_server: Server):
    scene = await scene_in(one_process(killable_server))
    people = await crowd(killable_server, scene.room_id, 20)

    async def come_and_say(person) -> int:
        try:
            async with person.enter(scene.room_id) as tab:
                return await tab.closed(timeout=15)
        except (ProblemError, OSError):
            return 0

    coming = [asyncio.create_task(come_and_say(person)) for person in people]
    await asyncio.sleep(0.05)
    assert await asyncio.to_thread(killable_server.terminate) == 0
    codes = await asyncio.gather(*coming)
    assert set(codes) <= {0, 1006, 1012, 4012}
    assert "Traceback" not in killable_server.log()
