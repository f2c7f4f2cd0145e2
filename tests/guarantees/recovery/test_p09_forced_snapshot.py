from __future__ import annotations

import asyncio
from typing import NamedTuple

from tests.deployments import Deployment, one_process
from tests.faults.support.backups import backup, restore, run_sql
from tests.faults.support.invariants import everything_holds
from tests.guarantees.fixtures import scene_in
from tests.servers import Server
from tests.watchium.consumers.fixtures import Scene
from watchium.client import Resume


async def test_p09_a_trimmed_log_gives_a_snapshot_and_keeps_its_epoch(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice:
        resume = alice.resume
        epoch = alice.welcome.room.epoch
        for number in range(3):
            await alice.say("seek", current_time=number)
    this_room = f"(SELECT id FROM rooms_room WHERE room_id = '{scene.room_id}')"  # the id of an old event
    run_sql(
        deployment.here, f"DELETE FROM playback_playbackevent WHERE revision <= 2 AND room_id = {this_room}"
    )
    async with scene.alice.enter(scene.room_id, resume=resume) as alice:
        assert not alice.welcome.resumed
        assert alice.timeline is not None
        assert alice.welcome.room.epoch == epoch


class Lost(NamedTuple):
    """Positions of alice and bob after the backup, and of alice before it."""

    before: Resume
    alice: Resume
    bob: Resume


async def a_backup_restored(server: Server, scene: Scene) -> Lost:
    """alice was at revision 1 when the backup was made, and both at 2 when it was restored."""
    async with scene.alice.enter(scene.room_id) as alice:
        await alice.say("seek", current_time=1)
        before = alice.resume
    server.terminate()
    copied = backup(server)
    await asyncio.to_thread(server.start)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        await alice.say("seek", current_time=2)
        await bob.hear("seek")
        lost = Lost(before, alice.resume, bob.resume)
    server.terminate()
    restore(server, copied)
    await asyncio.to_thread(server.start)
    return lost


async def test_p09_a_restored_backup_starts_one_new_epoch_for_all_members(killable_server: Server):
    scene = await scene_in(one_process(killable_server))
    lost = await a_backup_restored(killable_server, scene)
    await asyncio.to_thread(scene.carol.join, scene.room_id, "Carol")
    async with scene.carol.enter(scene.room_id) as carol:  # has none of the lost events
        epochs = []
        for client, resume in ((scene.alice, lost.alice), (scene.bob, lost.bob)):
            async with client.enter(scene.room_id, resume=resume) as back:
                assert not back.welcome.resumed
                assert back.timeline is not None
                assert (back.timeline.current_time, back.revision) == (1, lost.before.revision)
                epochs.append(back.welcome.room.epoch)
        assert lost.alice.epoch not in epochs
        assert len(set(epochs)) == 1
        assert (await carol.hear("head")).payload.epoch == epochs[0]
        assert carol.outdated
    async with scene.alice.enter(scene.room_id, resume=lost.before) as alice:
        assert not alice.welcome.resumed  # from the former epoch, although part of it was restored
        await alice.say("seek", current_time=3)
        await everything_holds(scene.alice, scene.room_id, live=[alice], servers=[killable_server])


async def test_p09_a_running_server_detects_that_its_log_went_back(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice, scene.bob.enter(scene.room_id) as bob:
        epoch = alice.welcome.room.epoch
        sought = await alice.say("seek", current_time=1)
        await bob.hear("seek")
        revision = sought.revision or 0
        head = await heard_head(alice, revision)
        assert head.epoch == epoch
        this_room = f"room_id = (SELECT id FROM rooms_room WHERE room_id = '{scene.room_id}')"
        run_sql(
            deployment.here,
            f"DELETE FROM playback_playbackevent WHERE revision = {revision} AND {this_room}",
        )
        run_sql(
            deployment.here,
            f"UPDATE rooms_room SET revision = {revision - 1} WHERE room_id = '{scene.room_id}'",
        )
        for client in (alice, bob):
            while (told := await client.hear("head")).payload.epoch == epoch:
                pass
            assert told.payload.revision == revision - 1
            assert client.outdated


async def heard_head(client, revision: int):
    """Send heartbeats until the server's log head has this revision, and return it."""
    while True:
        await client.send("heartbeat", current_time=0, is_playing=False, is_synced=True)
        head = (await client.hear("head")).payload
        if head.revision == revision:
            return head
        await asyncio.sleep(1)


async def test_p09_a_claimed_revision_that_never_existed_starts_no_new_epoch(deployment: Deployment):
    scene = await scene_in(deployment)
    async with scene.alice.enter(scene.room_id) as alice:
        await alice.say("seek", current_time=1)
        epochs = set()
        for number in range(5):
            lie = Resume(1000 + number, "never was", 0, alice.welcome.room.epoch)
            async with scene.bob.enter(scene.room_id, resume=lie) as bob:
                assert not bob.welcome.resumed
                epochs.add(bob.welcome.room.epoch)
        assert len(epochs) == 1
