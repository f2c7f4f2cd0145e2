"""A client of Syncplay is a member: real server, real TCP, and a browser's socket beside it."""

from __future__ import annotations

import asyncio

from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.scripted_client import connected


async def test_a_client_joins_by_the_link_and_follows_the_room(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    link = f"{syncplay_server.server.url}/rooms/{scene.room_id}/"
    async with scene.alice.enter(scene.room_id) as alice, connected(syncplay_server.port, "Tom", link) as tom:
        await tom.until_here()
        while (await alice.hear("member_joined")).payload.username != "Tom":
            pass
        assert set(tom.members) == {"Alice", "Tom"}
        await alice.say("play", current_time=5)
        await tom.until(lambda client: not client.paused)
        await alice.say("seek", current_time=20)
        await tom.until(lambda client: client.position >= 20)
        paused = await alice.say("pause", current_time=21.5)
        await tom.until(lambda client: client.paused)
        assert abs(tom.position - 21.5) < 0.01
        assert alice.revision == paused.revision


async def test_what_the_host_presses_in_its_player_is_a_command(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    await asyncio.to_thread(scene.alice.change_room, scene.room_id, control_policy="everyone")
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Tom", scene.room_id) as tom,
    ):
        await tom.until_here()
        tom.press(paused=False)
        played = await alice.hear("play")
        assert played.payload.username == "Tom"
        tom.press(seek=30)
        sought = await alice.hear("seek")
        assert 30 <= sought.payload.current_time < 31
        tom.press(paused=True)
        paused = await alice.hear("pause")
        assert abs(paused.payload.current_time - tom.position) < 0.01


async def test_a_press_without_the_right_changes_nothing_and_is_put_back(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Tom", scene.room_id) as tom,
    ):
        await alice.say("play", current_time=5)
        await tom.until_here()
        before = alice.revision
        tom.press(paused=True)
        await tom.until(lambda client: not client.paused)
        assert ("Watchium", "Only the host can control playback") in tom.chat
        tom.press(seek=50)
        await tom.until(lambda client: client.position < 40)
        assert alice.revision == before
