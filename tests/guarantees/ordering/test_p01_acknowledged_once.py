from __future__ import annotations

import asyncio

from tests.deployments import Deployment
from tests.faults.support.invariants import everything_holds
from tests.guarantees.fixtures import changes, follow_to, scene_in


async def test_p01_connected_and_returning_members_see_each_acknowledged_command_once(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        async with scene.alice.enter(scene.room_id) as away:
            start = away.revision
            resume = away.resume
        answers = await asyncio.gather(
            *(alice.say("seek", event_id=f"s{number}", current_time=number) for number in range(20)),
            *(alice.say("set_rate", event_id=f"r{number}", rate=1 + number / 100) for number in range(10)),
        )
        last = max(answer.revision or 0 for answer in answers)
        async with scene.alice.enter(scene.room_id, resume=resume) as back:
            for client in (bob, back):
                seen = changes(await follow_to(client, last))
                assert sorted(seen) == sorted((answer.revision, answer.event_id) for answer in answers)
                assert [revision for revision, _ in seen] == list(range(start + 1, last + 1))
            assert back.welcome.resumed
            await everything_holds(
                scene.alice,
                scene.room_id,
                live=[alice, bob, back],
                acknowledged=answers,
                servers=deployment.servers,
            )
