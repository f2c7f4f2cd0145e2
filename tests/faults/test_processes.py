"""Processes killed at the worst instant, stopped, started again and again, and a thousand people coming back."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from contextlib import AsyncExitStack

import pytest

from tests.faults.crowd import come_back, crowd
from tests.faults.final_check import everything_holds
from tests.faults.saying import say_until_accepted
from tests.houses import House, one_process
from tests.promises.scenes import scene_in
from tests.services import ROOT, Server, watchium_server
from watchium.client import ProblemError

DIES = str(ROOT / "tests" / "faults" / "dies.py")


@pytest.mark.parametrize("when", ["before_publish", "before_ack"])
async def test_killed_after_the_commit_a_command_is_done_once_and_everybody_hears_of_it(
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
async def test_a_process_in_a_crash_loop_beside_a_healthy_one(mortal_pair: House):
    scene = await scene_in(mortal_pair)
    async with scene.alice.enter(scene.room_id) as alice:
        answers = []
        for turn in range(4):
            async with scene.bob.enter(scene.room_id) as bob:
                answers.append(await say_until_accepted(alice, "seek", f"s{turn}", current_time=turn))
                mortal_pair.there.kill()
                await bob.closed()
            answers.append(await say_until_accepted(alice, "seek", f"t{turn}", current_time=turn))
            await asyncio.to_thread(mortal_pair.there.start)
        async with scene.bob.enter(scene.room_id) as bob:
            answers.append(await alice.say("pause"))
            await everything_holds(
                scene.alice,
                scene.room_id,
                live=[alice, bob],
                acknowledged=answers,
                servers=mortal_pair.servers,
            )


@pytest.mark.long
async def test_a_process_that_stood_still_for_longer_than_a_lease_takes_up_its_people_again(
    mortal_pair: House,
):
    scene = await scene_in(mortal_pair)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        mortal_pair.there.freeze()
        left = await alice.hear("member_left", timeout=25)  # by the other process, which sees a lease lapse
        assert left.payload.user_id == scene.bob.user_id
        sought = await alice.say("seek", current_time=5)
        mortal_pair.there.thaw()
        await bob.closed(timeout=25)
        async with scene.bob.enter(scene.room_id, resume=bob.resume) as bob:
            assert (await alice.hear("member_joined", timeout=10)).payload.user_id == scene.bob.user_id
            await everything_holds(
                scene.alice,
                scene.room_id,
                live=[alice, bob],
                acknowledged=[sought],
                servers=mortal_pair.servers,
            )


@pytest.mark.long
async def test_a_thousand_people_come_back_within_thirty_seconds_and_not_all_at_once(where: dict[str, str]):
    lifted = {**where, "WATCHIUM_MAX_MEMBERS": "1100"}
    with watchium_server(lifted) as server:
        scene = await scene_in(one_process(server))
        people = await crowd(server, scene.room_id, 999)
        async with AsyncExitStack() as stack:
            alice = await stack.enter_async_context(scene.alice.enter(scene.room_id))
            tabs = []
            for start in range(0, len(people), 50):
                entering = (
                    stack.enter_async_context(one.enter(scene.room_id)) for one in people[start : start + 50]
                )
                tabs += await asyncio.gather(*entering)
            answers = [await alice.say("seek", current_time=number) for number in range(5)]
            spread_s = tabs[-1].welcome.limits.reconnect_spread_ms / 1000
            assert spread_s == 8
            server.kill()
            await asyncio.gather(*(tab.closed() for tab in tabs))
            known = [tab.resume for tab in tabs]
        await asyncio.to_thread(server.start)
        async with AsyncExitStack() as stack, asyncio.timeout(60):
            loop = asyncio.get_running_loop()
            arrivals: Counter[int] = Counter()
            returned = loop.time()
            chance = random.Random(1000)
            async with asyncio.timeout(30):
                back = await come_back(
                    stack, people, scene.room_id, known, chance,
                    first_wait_s=spread_s, arrived=lambda: arrivals.update([int(loop.time() - returned)]),
                )  # fmt: skip
            alice = await stack.enter_async_context(scene.alice.enter(scene.room_id))
            await everything_holds(
                scene.alice, scene.room_id, live=[alice, *back], acknowledged=answers, servers=[server]
            )
        assert max(arrivals.values()) <= 0.15 * len(people), arrivals


async def test_a_server_told_to_stop_while_people_come_in_lets_nobody_hang(mortal_server: Server):
    scene = await scene_in(one_process(mortal_server))
    people = await crowd(mortal_server, scene.room_id, 20)

    async def come_and_say(person) -> int:
        try:
            async with person.enter(scene.room_id) as tab:
                return await tab.closed(timeout=15)
        except (ProblemError, OSError):
            return 0

    coming = [asyncio.create_task(come_and_say(person)) for person in people]
    await asyncio.sleep(0.05)
    assert await asyncio.to_thread(mortal_server.terminate) == 0
    codes = await asyncio.gather(*coming)
    assert set(codes) <= {0, 1006, 1012, 4012}
    assert "Traceback" not in mortal_server.log()
