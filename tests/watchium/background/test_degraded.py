from __future__ import annotations

import asyncio

import pytest

from tests.client import Client, RoomClient
from tests.deployments import House
from tests.guarantees.fixtures import scene_in
from watchium.client import ProblemError

HEALED_S = 15.0


async def told_degraded(*clients: RoomClient, degraded: bool) -> None:
    for client in clients:
        while (await client.hear("status", timeout=HEALED_S)).payload.degraded is not degraded:
            pass


async def names_told(client: RoomClient) -> set[str]:
    """Who is here, as `members` says."""
    members = (await client.hear("members", timeout=HEALED_S)).payload.members
    return {member.username for member in members}


@pytest.mark.parametrize("fault", ["kill", "freeze"])
async def test_p14_a_room_without_redis_is_told_so_goes_on_and_heals(mortal_pair: House, fault: str):
    scene = await scene_in(mortal_pair)
    redis = mortal_pair.redis
    assert redis is not None
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        redis.kill() if fault == "kill" else redis.freeze()
        await told_degraded(alice, bob, degraded=True)
        paused = await alice.say("pause", current_time=9)
        assert (await bob.hear("pause")).revision == paused.revision
        carol = Client(mortal_pair.there.url)
        await asyncio.to_thread(carol.join, scene.room_id, "Carol")
        async with carol.enter(scene.room_id) as late:
            await told_degraded(late, degraded=True)
            redis.start() if fault == "kill" else redis.thaw()
            await told_degraded(alice, bob, late, degraded=False)
            assert {"Alice", "Bob", "Carol"} <= await names_told(alice)
            await late.say("comment", text="hello from there")
            while (await alice.hear("new_comment")).payload.text != "hello from there":
                pass
    for server in mortal_pair.servers:
        assert "Traceback" not in server.log()


async def test_two_processes_let_nobody_say_twice_as_much(pair: House):
    scene = await scene_in(pair)
    there = Client(pair.there.url, scene.bob.token)
    async with scene.bob.enter(scene.room_id) as bob, there.enter(scene.room_id) as bob_there:
        said = [await _say(one) for one in (bob, bob_there) for _ in range(5)]
    assert 5 <= said.count("said") < 10  # a second or two may pass meanwhile
    assert set(said) == {"said", "rate_limited"}


async def _say(room: RoomClient) -> str:
    try:
        await room.say("comment", text="again")
    except ProblemError as problem:
        assert problem.problem.retry_after_ms
        return problem.code
    return "said"
