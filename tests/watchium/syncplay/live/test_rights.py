"""Removal, bans, roles, names and reconnects of clients of Syncplay."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.scripted_client import ScriptedClient, connected


async def present(scene: Any) -> dict[str, Any]:
    state = await asyncio.to_thread(scene.alice.state, scene.room_id)
    return {member.username: member for member in state.members}


async def until_joined(client: ScriptedClient) -> None:
    await client.until(lambda client: client.room)


async def test_a_removed_client_gets_the_reason_and_stays_out(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with scene.alice.enter(scene.room_id) as alice:
        async with connected(syncplay_server.port, "Tom", scene.room_id) as tom:
            await until_joined(tom)
            tom_id = (await present(scene))["Tom"].user_id
            await alice.say("remove_member", user_id=tom_id)
            await tom.until(lambda client: client.error)
            await tom.until_closed()
        async with connected(syncplay_server.port, "Tom", scene.room_id) as again:
            await again.until(lambda client: client.error)
            assert "removed" in str(again.error)
            assert "Tom" not in await present(scene)


async def test_a_client_that_is_made_host_may_control(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Tom", scene.room_id) as tom,
    ):
        await tom.until_here()
        assert not tom.members["Tom"]["controller"]
        await alice.say("transfer_host", user_id=(await present(scene))["Tom"].user_id)
        await tom.until(lambda client: client.members["Tom"]["controller"])
        assert not tom.members["Alice"]["controller"]
        tom.press(paused=False)
        assert (await alice.hear("play")).payload.username == "Tom"


async def test_a_client_that_returns_is_the_same_member(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with scene.alice.enter(scene.room_id):
        async with connected(syncplay_server.port, "Tom", scene.room_id) as tom:
            await until_joined(tom)
            first = (await present(scene))["Tom"]
        async with connected(syncplay_server.port, "Tom", scene.room_id) as tom:
            await until_joined(tom)
            assert tom.name == "Tom"
            assert await present(scene) == {**await present(scene), "Tom": first}


async def test_two_clients_with_one_name_are_two_members(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with (
        connected(syncplay_server.port, "Tom", scene.room_id) as one,
        connected(syncplay_server.port, "other") as other,
    ):
        await one.until(lambda client: client.states >= 1)
        other.name = "Tom"
        other.hello(scene.room_id)
        await until_joined(other)
        assert (one.name, other.name) == ("Tom", "Tom (2)")
        await one.until(lambda client: ("joined", "Tom (2)") in client.notices)


@pytest.mark.long
async def test_leaving_is_shown_after_the_grace(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with scene.alice.enter(scene.room_id) as alice:
        async with connected(syncplay_server.port, "Tom", scene.room_id) as tom:
            await until_joined(tom)
        while (await alice.hear("member_left", timeout=15)).payload.username != "Tom":
            pass


@pytest.mark.parametrize("typed", ["zzzzzzzzzz", "no such room", "https://example.org/", ""])
async def test_a_room_that_does_not_exist(syncplay_server: SyncplayServer, typed: str):
    async with connected(syncplay_server.port) as tom:
        tom.hello(typed)
        await tom.until(lambda client: client.error)
        assert "no such room" in str(tom.error)


async def test_a_closed_room(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with connected(syncplay_server.port, "Tom", scene.room_id) as tom:
        await until_joined(tom)
        await asyncio.to_thread(scene.alice.close_room, scene.room_id)
        await tom.until(lambda client: client.error)
        assert "closed" in str(tom.error)


async def test_a_room_that_asks_first_lets_in_whom_the_host_admits(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    await asyncio.to_thread(scene.alice.change_room, scene.room_id, knock=True)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Tom", scene.room_id) as tom,
    ):
        waiting = (await alice.hear("knocks")).payload.waiting
        assert [person.username for person in waiting] == ["Tom"]
        await alice.say("admit", user_id=waiting[0].user_id, on=True)
        await until_joined(tom)


async def test_the_short_code(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    code = (
        await asyncio.to_thread(scene.alice._call, "POST", f"/api/rooms/{scene.room_id}/code/", dict, {})
    )["code"]
    async with connected(syncplay_server.port, "Tom", code.lower()) as tom:
        await until_joined(tom)
        assert "Tom" in await present(scene)
