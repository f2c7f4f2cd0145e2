"""The room's queue as the playlist of a client, by the rights of its member."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.watchium.consumers.fixtures import CLIP, scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.scripted_client import ScriptedClient, connected

SHARED = {"features": {"chat": True, "sharedPlaylists": True}}
LINK = "https://example.org/clip.mp4"
FIRST = "Watchium sample clip"


async def until_listed(tom: ScriptedClient, *files: str) -> None:
    await tom.until(lambda client: client.playlist == list(files))


async def queue_of(scene: Any) -> list[str]:
    queue = await asyncio.to_thread(scene.alice.queue, scene.room_id)
    return [entry.media.title for entry in queue.entries]


async def test_the_queue_is_the_playlist_and_changes_go_both_ways(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port) as tom,
    ):
        tom.hello(scene.room_id, **SHARED)
        await tom.until(lambda client: client.room)
        tom.edit("of another room.mkv")
        tom.open("mine.webm", duration=60.0)
        await tom.until(lambda client: client.index == 0)
        first = tom.playlist[0]
        await alice.say("queue_add", items=[{"media_url": LINK}])
        await until_listed(tom, first, LINK)

        tom.edit(first, LINK, "/home/tom/other.mkv")
        await until_listed(tom, first, LINK, "other.mkv")
        assert (await queue_of(scene))[2] == "other.mkv"
        while not (added := (await alice.hear("queue")).payload.entries) or added[0].username != "Tom":
            pass
        assert added[0].media.source == "own"

        tom.edit(first, "other.mkv")
        await tom.until(
            lambda client: any("remove entries of other people" in text for _, text in client.chat)
        )
        await until_listed(tom, first, LINK, "other.mkv")
        tom.choose(1)
        await tom.until(lambda client: client.index == 0)
        tom.edit(first, LINK)
        await alice.hear("queue")
        assert len(await queue_of(scene)) == 2

        everyone = dict.fromkeys(("media", "queue_edit"), "everyone")
        await asyncio.to_thread(scene.alice.change_room, scene.room_id, rights=everyone)
        tom.choose(1)
        assert (await alice.hear("load")).payload.username == "Tom"
        tom.edit(LINK, first)
        await until_listed(tom, LINK, first)
        await tom.until(lambda client: client.index == 0)
        tom.edit("http://127.0.0.1:1/x y", LINK, first, "https://netflix.com/watch/5")
        await tom.until(lambda client: any("netflix" in text.lower() for _, text in client.chat))


async def test_a_client_that_joins_with_an_old_list_clears_nothing(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    await asyncio.to_thread(scene.alice.queue_add, scene.room_id, CLIP, LINK)
    before = await queue_of(scene)
    async with scene.alice.enter(scene.room_id), connected(syncplay_server.port, "Tom") as tom:
        tom.hello(scene.room_id, **SHARED)
        await tom.until(lambda client: client.room)
        tom.edit()
        tom.choose(0)
        tom.open("mine.webm", duration=60.0)
        await tom.until(lambda client: len(client.playlist) == 3 and client.index == 0)
    assert await queue_of(scene) == before
