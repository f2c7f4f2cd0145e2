"""The server password of a client: the passphrase of a private room, or a member's player code."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any

from rooms.ids import md5_of
from tests.watchium.consumers.fixtures import Scene, scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.scripted_client import ScriptedClient, connected


async def api(scene: Scene, method: str, kind: Any) -> Any:
    path = f"/api/rooms/{scene.room_id}/player-code/"
    return await asyncio.to_thread(scene.alice._call, method, path, kind, {})


async def until_served_on(client: ScriptedClient) -> None:
    seen = client.states
    await client.until(lambda client: client.states >= seen + 2)


async def test_the_passphrase_of_a_private_room(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server, visibility="private", passphrase="open sesame")
    for password in ("", md5_of("open sesam"), "open sesame", md5_of("open sesame").upper()):
        async with connected(syncplay_server.port) as tom:
            tom.hello(scene.room_id, password)
            if password.isupper():
                await tom.until(lambda client: client.room)
                await tom.until(lambda client: "Tom" in client.members)
            else:
                await tom.until(lambda client: client.error)
                assert "no such room" in str(tom.error)


async def test_a_changed_passphrase_counts_for_clients_too(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server, visibility="private", passphrase="open sesame")
    await asyncio.to_thread(scene.alice.change_room, scene.room_id, passphrase="another one")
    async with connected(syncplay_server.port) as tom:
        tom.hello(scene.room_id, md5_of("open sesame"))
        await tom.until(lambda client: client.error)
    async with connected(syncplay_server.port) as tom:
        tom.hello(scene.room_id, md5_of("another one"))
        await tom.until(lambda client: client.room)


async def test_a_player_code_makes_the_client_its_member(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    typed = await api(scene, "POST", dict)
    assert typed["room"] == scene.room_id
    assert typed["server"] == f"127.0.0.1:{syncplay_server.port}"
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Somebody else") as player,
    ):
        player.hello(scene.room_id, md5_of(typed["password"]))
        await player.until_here()
        assert (player.name, set(player.members)) == ("Alice", {"Alice"})
        player.press(paused=False)
        assert (await alice.hear("play")).payload.username == "Alice"


async def test_players_with_one_code_are_beside_each_other(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    password = md5_of((await api(scene, "POST", dict))["password"])
    async with AsyncExitStack() as stack:
        players = [await stack.enter_async_context(connected(syncplay_server.port)) for _ in range(11)]
        *counted, last = players
        for player in counted:
            player.hello(scene.room_id, password)
            await player.until(lambda client: client.room)
        last.hello(scene.room_id, password)  # as many as a browser may have tabs
        await last.until(lambda client: client.error)
        for player in counted[:2]:
            await until_served_on(player)
            assert (player.name, set(player.members), player.closed) == ("Alice", {"Alice"}, False)


async def test_players_of_one_person_in_two_rooms(syncplay_server: SyncplayServer):
    one = await scene_on(syncplay_server.server)
    room_id = (await asyncio.to_thread(one.alice.create_room, username="Alice")).room_id
    other = Scene(one.server, one.alice, one.bob, one.carol, room_id)
    async with connected(syncplay_server.port) as first, connected(syncplay_server.port) as second:
        for player, scene in ((first, one), (second, other)):
            player.hello(scene.room_id, md5_of((await api(scene, "POST", dict))["password"]))
            await player.until(lambda client: client.room)
        await until_served_on(first)
        assert not second.closed


async def test_an_ended_code_lets_in_a_guest_at_most(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    first, second = (await api(scene, "POST", dict))["password"], (await api(scene, "POST", dict))["password"]
    assert first != second
    async with connected(syncplay_server.port, "Tom") as tom:
        tom.hello(scene.room_id, md5_of(second))
        await tom.until(lambda client: client.room)
        assert tom.name == "Alice"
        await api(scene, "DELETE", None)
        await tom.until_closed()
        assert tom.error is None
    for ended, name in ((first, "Tom"), (second, "Tim")):
        async with connected(syncplay_server.port, name) as guest:
            guest.hello(scene.room_id, md5_of(ended))
            await guest.until(lambda client: client.room)
            assert guest.name == name


async def test_a_code_of_another_room_is_none_here(syncplay_server: SyncplayServer):
    scene, other = await scene_on(syncplay_server.server), await scene_on(syncplay_server.server)
    code = (await api(scene, "POST", dict))["password"]
    async with connected(syncplay_server.port, "Tom") as tom:
        tom.hello(other.room_id, md5_of(code))
        await tom.until(lambda client: client.room)
        assert tom.name == "Tom"
