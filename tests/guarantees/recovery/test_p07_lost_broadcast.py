from __future__ import annotations

import asyncio

from tests.client import Client
from tests.deployments import Deployment
from tests.faults.support.invariants import agrees
from tests.guarantees.fixtures import elsewhere, scene_in
from tests.servers import Server

HEARTBEAT_S = 3


async def control_from_a_process_nobody_hears(deaf: Server, client: Client, room_id: str) -> int:
    """Run an action in a process that shares only the database: its broadcast is lost."""
    told = await asyncio.to_thread(
        deaf.manage, "shell", "-c",
        "from playback.room import actions; from rooms.models import Member;"
        "from watchium.protocol.commands import Seek, SeekTarget;"
        f"by = Member.objects.get(person__user_id='{client.user_id}', room__room_id='{room_id}');"
        "print(actions.seek(by, Seek(event_id='unheard', payload=SeekTarget(current_time=77))).revision)",
    )  # fmt: skip
    return int(told.split()[-1])


async def test_p07_a_change_whose_broadcast_was_lost_arrives_with_the_next_heartbeat(deployment: Deployment):
    scene = await scene_in(deployment)
    nobody = Server(0, deployment.here.data_dir, {**deployment.here.env, "REDIS_URL": ""})
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        revision = await control_from_a_process_nobody_hears(nobody, scene.alice, scene.room_id)
        for client in (alice, bob):
            sought = await client.hear("seek", timeout=HEARTBEAT_S)
            assert (sought.revision, sought.payload.event_id) == (revision, "unheard")


async def test_p07_the_response_to_a_heartbeat_has_the_latest_revision(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await alice.say("seek", current_time=3)
        said = await alice.say("comment", text="hello")
        while True:
            await bob.send("heartbeat", current_time=3, is_playing=False, is_synced=True)
            head = (await bob.hear("head")).payload
            if head.revision == alice.revision and head.comment_seq:
                break
            await asyncio.sleep(1)  # the interval of heartbeats; log heads are read once a second
        assert head.epoch == alice.welcome.room.epoch
        assert said.event_id


async def test_p07_a_comment_whose_broadcast_was_lost_arrives_too(deployment: Deployment):
    scene = await scene_in(deployment)
    nobody = Server(0, deployment.here.data_dir, {**deployment.here.env, "REDIS_URL": ""})
    async with elsewhere(scene.alice, deployment.there.url).enter(scene.room_id) as alice:
        await asyncio.to_thread(
            nobody.manage, "shell", "-c",
            "from chat import actions; from rooms.models import Member;"
            "from watchium.protocol.commands import CommentDraft, PostComment;"
            f"by = Member.objects.get(person__user_id='{scene.bob.user_id}', room__room_id='{scene.room_id}');"
            "actions.post(by, PostComment(event_id='unheard', payload=CommentDraft(text='psst')), position=0.0)",
        )  # fmt: skip
        missed = await alice.hear("events", timeout=HEARTBEAT_S)
        assert [comment.text for comment in missed.payload.comments] == ["psst"]
        state = await asyncio.to_thread(scene.alice.state, scene.room_id)
        await agrees(alice, state)
