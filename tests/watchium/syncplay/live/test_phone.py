"""Clients on phones read less of each line, and more strictly; they are put right by other rules."""

from __future__ import annotations

import asyncio

import pytest

from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.live.phone_client import PhoneClient
from tests.watchium.syncplay.live.test_rights import present
from tests.watchium.syncplay.scripted_client import connected

pytestmark = pytest.mark.once


async def test_a_phone_reads_all_that_it_is_sent(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    link = f"{syncplay_server.server.url}/rooms/{scene.room_id}/"
    port = syncplay_server.port
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(port, "Tom", link, kind=PhoneClient) as tom,
    ):
        tom.send(TLS={"startTLS": "send"})
        await tom.until_here()
        async with connected(port, "Mia", scene.room_id) as mia:
            await mia.until_here()
            await tom.until(lambda client: ("joined", "Mia") in client.notices)
            await tom.until(lambda client: set(client.members) == {"Alice", "Tom", "Mia"})
            await alice.say("play", current_time=5)
            await tom.until(lambda client: not client.paused)
            await alice.say("seek", current_time=20)
            await tom.until(lambda client: client.position >= 20)
            await alice.say("pause", current_time=21)
            await tom.until(lambda client: client.paused and abs(client.position - 21) < 0.05)
            mia.send(Chat="hello")
            await tom.until(lambda client: ("Mia", "hello") in client.chat)
            tom.send(Set={"controllerAuth": {"room": link, "password": "AA-000-000"}})
            tom.send(Set={"room": {"name": "elsewhere"}})
            tom.send(Set={"playlistChange": {"files": ["film.mkv"]}})
            tom.send(Set={"playlistIndex": {"index": 0}})
            await alice.say("ready_check", on=True, start=False)
            await tom.until(lambda client: client.members["Tom"]["isReady"] is False)
            await alice.say("remove_member", user_id=(await present(scene))["Mia"].user_id)
            await mia.until(lambda client: client.error)
        await tom.until(lambda client: ("left", "Mia") in client.notices)
        assert tom.unreadable == []


async def test_a_refused_press_is_put_back_on_a_phone(syncplay_server: SyncplayServer):
    """It compares with the State before: after one that agrees with its press, the other is a change."""
    scene = await scene_on(syncplay_server.server)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Tom", scene.room_id, kind=PhoneClient) as tom,
    ):
        await alice.say("play", current_time=5)
        await tom.until_here()
        before = alice.revision
        tom.press(paused=True)
        await tom.until(lambda client: not client.paused)
        tom.press(seek=50)
        await tom.until(lambda client: client.position < 40)
        await alice.say("pause", current_time=30)
        await tom.until(lambda client: client.paused)
        tom.press(paused=False)
        await tom.until(lambda client: client.paused and abs(client.position - 30) < 0.05)
        assert alice.revision == before + 1
        assert tom.unreadable == []


async def test_what_a_phone_presses_is_a_command(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    await asyncio.to_thread(scene.alice.change_room, scene.room_id, control_policy="everyone")
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Tom", scene.room_id, kind=PhoneClient) as tom,
    ):
        await tom.until_here()
        tom.press(paused=False)
        assert (await alice.hear("play")).payload.username == "Tom"
        tom.press(seek=30)
        assert 30 <= (await alice.hear("seek")).payload.current_time < 31
        tom.press(paused=True)
        assert abs((await alice.hear("pause")).payload.current_time - tom.position) < 0.01
        assert tom.unreadable == []
