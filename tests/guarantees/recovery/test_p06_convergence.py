from __future__ import annotations

import asyncio

from tests.deployments import Deployment
from tests.faults.support.invariants import until
from tests.guarantees.fixtures import scene_in

SONG = "/media/samples/music.ogg"


async def test_p06_media_phase_rate_position_host_and_revision_are_equal(deployment: Deployment):
    scene = await scene_in(deployment)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        scene.bob.enter(scene.room_id) as bob,
        scene.bob.enter(scene.room_id) as second_tab,
    ):
        await alice.say("load", media_url=SONG)
        await alice.say("play")
        await alice.say("set_rate", rate=1.5)
        handed = await alice.say("transfer_host", user_id=scene.bob.user_id)
        last = await bob.say("seek", current_time=7)
        clients = (alice, bob, second_tab)
        await until(lambda: all(client.revision == last.revision for client in clients), 2)
        hosts = [(await client.hear("new_host")).payload.user_id for client in clients]
        assert hosts == [scene.bob.user_id] * 3
        state = await asyncio.to_thread(scene.bob.state, scene.room_id)
        for client in clients:
            assert client.timeline == state.timeline
        assert state.timeline.media is not None
        assert state.timeline.media.url.endswith("music.ogg")
        assert (state.timeline.phase, state.timeline.rate) == ("playing", 1.5)
        assert state.room.host_id == scene.bob.user_id
        assert handed.revision is not None
