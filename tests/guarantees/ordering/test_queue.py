"""The queue advances once for all, whichever process its members are connected to."""

from __future__ import annotations

import asyncio

from tests.client import RoomClient
from tests.deployments import Deployment
from tests.guarantees.fixtures import scene_in
from tests.playback.room.fixtures import SONG
from tests.servers import Server
from tests.watchium.consumers.fixtures import scene_on
from watchium.protocol import events

JUST_BEFORE_THE_END_S = 94.0  # of 96


async def advance(client: RoomClient) -> list[events.Loaded]:
    """Return the loads that the client receives until the next entry plays, and a little later."""
    heard = client.received()
    while not (client.timeline and client.timeline.media and client.timeline.media.url == SONG):
        heard.append(await client.next_event(timeout=10))
    assert client.timeline.is_playing
    answer = await client.say("vote_entry", entry_id="99")
    assert answer.revision is None
    heard += client.received()
    return [event for event in heard if isinstance(event, events.Loaded)]


async def test_members_of_every_process_get_the_same_advance_once(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await bob.say("queue_add", items=[{"media_url": SONG}, {"media_url": SONG}])
        await alice.say("play", current_time=JUST_BEFORE_THE_END_S)
        for client in (alice, bob):
            await client.send("heartbeat", current_time=95, is_playing=True, is_synced=True, ended_at=95.9)
        loads = await asyncio.gather(advance(alice), advance(bob))
        assert [len(heard) for heard in loads] == [1, 1]
        assert loads[0] == loads[1]
        assert loads[0][0].payload.cause == "advance"
        assert alice.queue == bob.queue
        assert (alice.queue.current, alice.queue.following) == ("2", "3")
        assert alice.queue == await asyncio.to_thread(scene.bob.queue, scene.room_id)
    for server in deployment.servers:
        assert "Traceback" not in server.log()


async def test_a_queue_survives_a_killed_server_and_plays_on_without_the_host(killable_server: Server):
    scene = await scene_on(killable_server)
    async with scene.alice.enter(scene.room_id) as alice:
        await alice.say("queue_add", items=[{"media_url": SONG}])
        await alice.say("play", current_time=JUST_BEFORE_THE_END_S)
    killable_server.kill()
    await asyncio.to_thread(killable_server.start)
    async with scene.bob.enter(scene.room_id) as bob:
        assert bob.queue.revision >= 1
        await advance(bob)
        assert [entry.id for entry in bob.queue.entries] == ["1", "2"]
        assert bob.queue.current == "2"
