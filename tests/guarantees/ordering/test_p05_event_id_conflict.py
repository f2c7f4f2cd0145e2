from __future__ import annotations

import asyncio

import pytest

from tests.deployments import Deployment
from tests.guarantees.fixtures import elsewhere, scene_in
from watchium.client import ProblemError


async def test_p05_the_same_event_id_with_other_content_is_a_conflict_and_changes_nothing(
    deployment: Deployment,
):
    scene = await scene_in(deployment)
    other_door = elsewhere(scene.alice, deployment.there.url)
    async with scene.alice.enter(scene.room_id) as one, other_door.enter(scene.room_id) as other:
        await one.say("seek", event_id="mine", current_time=33)
        await one.say("comment", event_id="said", text="hello")
        before = await asyncio.to_thread(scene.alice.state, scene.room_id)
        for tab in (one, other):
            for kind, payload in (("seek", {"current_time": 34}), ("play", {}), ("set_rate", {"rate": 2})):
                with pytest.raises(ProblemError, match="event_id_conflict"):
                    await tab.say(kind, event_id="mine", **payload)
            with pytest.raises(ProblemError, match="event_id_conflict"):
                await tab.say("comment", event_id="said", text="good bye")
        after = await asyncio.to_thread(scene.alice.state, scene.room_id)
        assert (after.revision, after.timeline, after.comment_seq) == (
            before.revision,
            before.timeline,
            before.comment_seq,
        )
