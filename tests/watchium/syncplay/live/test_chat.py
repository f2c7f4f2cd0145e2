"""Chat between a client of Syncplay and a browser's socket."""

from __future__ import annotations

import asyncio

from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.scripted_client import connected


async def test_chat_goes_both_ways_as_plain_lines(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Tom", scene.room_id) as tom,
    ):
        await tom.until(lambda client: client.room)
        await alice.say("comment", text="the ||butler|| did it")
        await tom.until(lambda client: ("Alice", "the [Spoiler] did it") in client.chat)
        tom.send(Chat="hi\u202e  there\u0007")
        while (
            comment := (await alice.hear("new_comment")).payload
        ).is_system_message or comment.username != "Tom":
            pass
        assert comment.text == "hi there"
        await tom.until(lambda client: ("Tom", "hi there") in client.chat)
        assert not any("joined" in text for _, text in tom.chat)


async def test_half_a_surrogate_pair_in_a_room_or_a_message_ends_no_connection(
    syncplay_server: SyncplayServer,
):
    scene = await scene_on(syncplay_server.server)
    tracebacks = syncplay_server.server.log().count("Traceback")
    async with connected(syncplay_server.port, "Tom") as tom:
        tom.hello(f"localhost/rooms/{scene.room_id}/\ud800")
        await tom.until(lambda client: client.room)
        tom.send(Chat="half \ud800")
        await tom.until(lambda client: ("Tom", "half ?") in client.chat)
    async with connected(syncplay_server.port, "Mia") as mia:
        mia.hello("\ud800")
        await mia.until(lambda client: client.error)
        assert "no such room" in str(mia.error)
    assert syncplay_server.server.log().count("Traceback") == tracebacks


async def test_what_the_chat_refuses_is_explained_to_the_writer_only(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Tom", scene.room_id) as tom,
    ):
        await tom.until(lambda client: client.room)
        tom.send(Chat="x" * 501)
        await tom.until(lambda client: any("at most 500" in text for _, text in client.chat))
        state = await asyncio.to_thread(scene.alice.state, scene.room_id)
        (tom_id,) = [member.user_id for member in state.members if member.username == "Tom"]
        await alice.say("mute_member", user_id=tom_id, minutes=5)
        tom.send(Chat="can you read me?")
        await tom.until(lambda client: any("muted" in text for _, text in client.chat))
        comments = await asyncio.to_thread(scene.alice.comments, scene.room_id)
        assert not [comment for comment in comments.comments if comment.username == "Tom"]


async def test_a_speed_other_media_and_another_cut_are_explained(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Tom", scene.room_id) as tom,
    ):
        await tom.until(lambda client: client.room)
        await alice.say("set_rate", rate=1.25)
        await tom.until(lambda client: any("1.25x" in text for _, text in client.chat))
        own = {"size": 1000, "sha256": "0" * 64, "duration": 600.0, "title": "Film"}
        await alice.say("load", own=own)
        await tom.until(lambda client: ("Watchium", "The room plays Film now.") in client.chat)
        tom.open(duration=605.0)
        await tom.until(lambda client: any("5 s longer" in text for _, text in client.chat))
        while not [
            report
            for report in (await alice.hear("presence", 15)).payload.members
            if (report.player, report.copy, report.longer_s) == ("Syncplay", "different", 5.0)
        ]:
            pass


async def test_ready_marks_go_both_ways(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Tom", scene.room_id) as tom,
    ):
        await tom.until(lambda client: client.members.get("Tom", {}).get("isReady", 0) is None)
        await alice.say("ready_check", on=True, start=False)
        await tom.until(lambda client: client.members["Tom"]["isReady"] is False)
        tom.send(Set={"ready": {"isReady": True, "manuallyInitiated": True}})
        await tom.until(lambda client: client.members["Tom"]["isReady"] is True)
        check = (await asyncio.to_thread(scene.alice.state, scene.room_id)).room.ready_check
        assert check is not None
        assert len(check.ready) >= 1
