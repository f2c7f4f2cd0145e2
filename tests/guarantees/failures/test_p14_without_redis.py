from __future__ import annotations

import asyncio

from tests.deployments import Deployment, several_processes
from tests.faults.support.invariants import agrees, everything_holds
from tests.guarantees.fixtures import scene_in


@several_processes
async def test_p14_commands_without_redis_are_accepted_and_reach_all_members(killable_pair: Deployment):
    scene = await scene_in(killable_pair)
    redis = killable_pair.redis
    assert redis is not None
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        answers = [await alice.say("play")]
        await bob.hear("play")
        redis.kill()
        answers += [await alice.say("seek", current_time=number) for number in range(3)]
        # bob is in the other process: the log heads in the database replace the broadcasts.
        state = await asyncio.to_thread(scene.alice.state, scene.room_id)
        await agrees(bob, state)
        redis.start()
        answers.append(await alice.say("seek", current_time=30))
        await agrees(bob, await asyncio.to_thread(scene.alice.state, scene.room_id))
        answers.append(await alice.say("pause"))
        await everything_holds(
            scene.alice, scene.room_id, live=[alice, bob], acknowledged=answers, servers=killable_pair.servers
        )


@several_processes
async def test_p14_after_redis_is_back_broadcasts_reach_the_other_process_again(killable_pair: Deployment):
    scene = await scene_in(killable_pair)
    redis = killable_pair.redis
    assert redis is not None
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        redis.kill()
        await alice.say("seek", current_time=1)
        redis.start()
        # A custom event has no revision: only its broadcast delivers it.
        for _ in range(40):
            await asyncio.to_thread(scene.alice.broadcast, scene.room_id, "wave", {})
            if any(getattr(event, "type", "") == "wave" for event in bob.received()):
                break
            await asyncio.sleep(0.5)
        else:
            raise AssertionError("no broadcast came through within 20 s of Redis' return")
        await everything_holds(scene.alice, scene.room_id, live=[alice, bob], servers=killable_pair.servers)
