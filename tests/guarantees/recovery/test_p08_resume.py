from __future__ import annotations

from tests.deployments import Deployment
from tests.faults.support.invariants import everything_holds
from tests.faults.support.lossy_link import link_to
from tests.guarantees.fixtures import changes, elsewhere, follow_to, scene_in


async def test_p08_a_returning_client_gets_the_missed_events_and_no_snapshot(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice:
        async with scene.bob.enter(scene.room_id) as bob:
            await alice.say("play")
            await bob.hear("play")
            resume = bob.resume
        answers = [await alice.say("seek", current_time=position) for position in (10, 20, 30)]
        await alice.say("comment", text="are you back?")
        # The other process resumes as well.
        async with elsewhere(scene.bob, deployment.here.url).enter(scene.room_id, resume=resume) as bob:
            assert bob.welcome.resumed
            assert bob.welcome.timeline is None
            assert bob.welcome.comments is None
            told = await bob.hear("events")
            assert "are you back?" in [comment.text for comment in told.payload.comments]
            assert changes(await follow_to(bob, answers[-1].revision)) == [
                (answer.revision, answer.event_id) for answer in answers
            ]
            await everything_holds(scene.alice, scene.room_id, live=[alice, bob], acknowledged=answers)


async def test_p08_a_connection_reset_in_between_loses_no_event(deployment: Deployment):
    scene = await scene_in(deployment)
    async with link_to(deployment.there.port) as link, scene.alice.enter(scene.room_id) as alice:
        behind = elsewhere(scene.bob, link.url)
        async with behind.enter(scene.room_id) as bob:
            link.reset()
            assert await bob.closed() == 1006
            resume = bob.resume
        sought = await alice.say("seek", current_time=9)
        async with behind.enter(scene.room_id, resume=resume) as bob:
            assert bob.welcome.resumed
            assert (sought.revision, sought.event_id) in changes(await follow_to(bob, sought.revision))
