from __future__ import annotations

import asyncio

import pytest

from tests.client import Client, RoomClient
from tests.deployments import Deployment, several_processes
from tests.guarantees.fixtures import scene_in
from watchium.client import ProblemError

RECOVERY_S = 15.0


async def wait_for_status(*clients: RoomClient, degraded: bool) -> None:
    for client in clients:
        while (await client.hear("status", timeout=RECOVERY_S)).payload.degraded is not degraded:
            pass


async def members_of(client: RoomClient) -> set[str]:
    """The member names of the next `members` event."""
    members = (await client.hear("members", timeout=RECOVERY_S)).payload.members
    return {member.username for member in members}


@several_processes
@pytest.mark.parametrize("fault", ["kill", "freeze"])
async def test_p14_members_without_redis_are_informed_continue_and_recover(
    killable_pair: Deployment, fault: str
):
    scene = await scene_in(killable_pair)
    redis = killable_pair.redis
    assert redis is not None
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        redis.kill() if fault == "kill" else redis.freeze()
        await wait_for_status(alice, bob, degraded=True)
        paused = await alice.say("pause", current_time=9)
        assert (await bob.hear("pause")).revision == paused.revision
        carol = Client(killable_pair.there.url)
        await asyncio.to_thread(carol.join, scene.room_id, "Carol")
        async with carol.enter(scene.room_id) as late:
            await wait_for_status(late, degraded=True)
            redis.start() if fault == "kill" else redis.thaw()
            await wait_for_status(alice, bob, late, degraded=False)
            assert {"Alice", "Bob", "Carol"} <= await members_of(alice)
            await late.say("comment", text="hello from there")
            while (await alice.hear("new_comment")).payload.text != "hello from there":
                pass
    for server in killable_pair.servers:
        assert "Traceback" not in server.log()


async def test_rate_limits_count_over_two_processes(pair: Deployment):
    scene = await scene_in(pair)
    there = Client(pair.there.url, scene.bob.token)
    async with scene.bob.enter(scene.room_id) as bob, there.enter(scene.room_id) as bob_there:
        results = [await _comment(one) for one in (bob, bob_there) for _ in range(5)]
    assert 5 <= results.count("ok") < 10  # limits refill while a second or two pass
    assert set(results) == {"ok", "rate_limited"}


async def _comment(room: RoomClient) -> str:
    try:
        await room.say("comment", text="again")
    except ProblemError as problem:
        assert problem.problem.retry_after_ms
        return problem.code
    return "ok"
