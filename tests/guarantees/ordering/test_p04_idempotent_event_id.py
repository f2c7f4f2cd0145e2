from __future__ import annotations

import asyncio

from tests.deployments import Deployment
from tests.faults.support.invariants import everything_holds
from tests.guarantees.fixtures import elsewhere, scene_in


async def test_p04_one_event_id_fifty_times_over_sockets_processes_and_http_at_once(deployment: Deployment):
    scene = await scene_in(deployment)
    other_door = elsewhere(scene.alice, deployment.there.url)
    async with scene.alice.enter(scene.room_id) as one, other_door.enter(scene.room_id) as other:
        before = one.revision
        asked = [
            tab.say("seek", event_id="again", current_time=33, timeout=20)
            for tab in (one, other)
            for _ in range(20)
        ]
        asked += [
            asyncio.to_thread(door.control, scene.room_id, "seek", event_id="again", current_time=33)
            for door in (scene.alice, other_door)
            for _ in range(5)
        ]
        answers = await asyncio.gather(*asked)
        assert len(answers) == 50
        assert len(set(answers)) == 1
        state = await everything_holds(
            scene.alice,
            scene.room_id,
            live=[one, other],
            acknowledged=answers[:1],
            servers=deployment.servers,
        )
        assert state.revision == before + 1
