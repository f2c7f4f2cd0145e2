from __future__ import annotations

import asyncio

from tests.client import RoomClient
from tests.deployments import Deployment
from tests.guarantees.fixtures import changes, follow_to, scene_in


async def test_p02_simultaneous_commands_reach_all_members_in_one_order(deployment: Deployment):
    scene = await scene_in(deployment)
    await asyncio.to_thread(scene.alice.change_room, scene.room_id, control_policy="everyone")

    async def press(client: RoomClient, name: str) -> list[int | None]:
        answers = [
            await client.say("seek", event_id=f"{name}{number}", current_time=number) for number in range(15)
        ]
        return [answer.revision for answer in answers]

    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        start = alice.revision
        pressed = await asyncio.gather(press(alice, "alice"), press(bob, "bob"))
        last = max(revision or 0 for revisions in pressed for revision in revisions)
        heard = [changes(await follow_to(client, last)) for client in (alice, bob)]
        assert heard[0][-30:] == heard[1][-30:]
        assert [revision for revision, _ in heard[0]][-30:] == list(range(start + 1, last + 1))
        assert alice.timeline == bob.timeline
