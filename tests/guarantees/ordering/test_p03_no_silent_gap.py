from __future__ import annotations

import asyncio
from random import Random

from tests.client import RoomClient
from tests.deployments import Deployment
from tests.faults.support.invariants import agrees
from tests.guarantees.fixtures import changes, follow_to, scene_in
from watchium.client.room_state import CHANGES, AnyEvent


class Lossy(RoomClient):
    """Drop two of three broadcasts of changes."""

    chance = Random(3)

    async def _on_event(self, event: AnyEvent) -> None:
        if isinstance(event, CHANGES) and self.chance.random() < 2 / 3:
            return
        await super()._on_event(event)


async def test_p03_a_client_that_loses_most_broadcasts_still_has_every_revision(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        bob.__class__ = Lossy
        start = bob.revision
        for number in range(25):
            last = await alice.say("seek", current_time=number)
        state = await asyncio.to_thread(scene.alice.state, scene.room_id)
        await agrees(bob, state)
        heard = changes(await follow_to(bob, last.revision))
        assert [revision for revision, _ in heard] == list(range(start + 1, state.revision + 1))


async def test_p03_a_client_away_for_longer_than_the_log_reaches_gets_a_snapshot(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice:
        resume = alice.resume._replace(revision=0, event_id="")
        await alice.say("seek", current_time=5)
    forgotten = resume._replace(event_id="of another log")
    async with scene.alice.enter(scene.room_id, resume=forgotten) as alice:
        assert not alice.welcome.resumed
        assert alice.timeline is not None
        assert alice.timeline.current_time == 5
