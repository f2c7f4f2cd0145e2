"""A deployment with rooms migrates back to its first tables and forward again without losing data."""

from __future__ import annotations

import asyncio

import pytest

from tests.cases import CLIP
from tests.deployments import one_process
from tests.faults.support.invariants import everything_holds
from tests.guarantees.fixtures import scene_in
from tests.servers import Server

FIRST = {"chat": "0001", "playback": "0001", "rooms": "0001"}  # dependents first


@pytest.mark.long
async def test_filled_tables_migrate_back_and_forth(killable_server: Server):
    scene = await scene_in(one_process(killable_server))
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        answers = [await alice.say("seek", event_id=f"s{number}", current_time=number) for number in range(5)]
        await bob.say("comment", text="was it always like this?")
        await bob.send("buffer_start", current_time=3)
        await bob.say("queue_add", items=[{"media_url": CLIP}] * 3)
        await alice.say("queue_play", entry_id="3")
        resume = alice.resume
    killable_server.terminate()
    for app, name in FIRST.items():
        await asyncio.to_thread(killable_server.manage, "migrate", app, name, "--verbosity", "0")
    await asyncio.to_thread(killable_server.manage, "migrate", "--verbosity", "0")
    await asyncio.to_thread(killable_server.start)
    async with scene.alice.enter(scene.room_id, resume=resume) as alice:
        assert alice.welcome.resumed
        said = await asyncio.to_thread(scene.alice.comments, scene.room_id)
        assert "was it always like this?" in [comment.text for comment in said.comments]
        assert alice.queue.revision == 0  # lost on the way back
        await alice.say("queue_add", items=[{"media_url": CLIP}])
        assert [entry.id for entry in alice.queue.entries] == ["1", "2"]
        again = await alice.say("seek", event_id="s3", current_time=3)
        assert again == answers[3]
        await everything_holds(
            scene.alice, scene.room_id, live=[alice], acknowledged=answers, servers=[killable_server]
        )
