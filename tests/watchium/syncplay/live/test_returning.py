"""Guests whose clients come back after the server was killed, or to another of its processes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager

import pytest

from tests.servers import Server, free_port, redis, watchium_server
from tests.watchium.consumers.fixtures import Scene, scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.live.test_rights import present, until_joined
from tests.watchium.syncplay.scripted_client import ScriptedClient, connected

PROCESSES = 2


@asynccontextmanager
async def joined(scene: Scene, port: int, name: str = "Tom") -> AsyncIterator[ScriptedClient]:
    async with connected(port, name, scene.room_id) as client:
        await until_joined(client)
        yield client


def port_of(server: Server) -> int:
    return int(server.env["WATCHIUM_SYNCPLAY"])


async def is_muted(client: ScriptedClient) -> None:
    before = len(client.chat)
    client.send(Chat="can you read me?")
    await client.until(lambda client: any("muted" in text for _, text in client.chat[before:]))


async def test_a_guest_is_the_same_member_after_the_server_was_killed(where: dict[str, str]):
    with watchium_server({**where, "WATCHIUM_SYNCPLAY": str(free_port())}) as server:
        scene = await scene_on(server)
        async with scene.alice.enter(scene.room_id) as alice, joined(scene, port_of(server)) as tom:
            user_id = (await present(scene))["Tom"].user_id
            await alice.say("mute_member", user_id=user_id, minutes=5)
            await asyncio.to_thread(server.kill)
            await tom.until_closed()
        await asyncio.to_thread(server.start)
        async with joined(scene, port_of(server)) as tom:
            assert tom.name == "Tom"
            assert (await present(scene))["Tom"].user_id == user_id
            await is_muted(tom)


async def test_a_second_client_of_a_muted_guests_name_is_nobody_else(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with scene.alice.enter(scene.room_id) as alice:
        async with joined(scene, syncplay_server.port) as tom:
            user_id = (await present(scene))["Tom"].user_id
            await alice.say("mute_member", user_id=user_id, minutes=5)
            async with connected(syncplay_server.port, "Tom", scene.room_id) as other:
                await other.until_closed()
                assert not other.room and not other.error, "it goes on trying"
            await tom.leave()
        async with joined(scene, syncplay_server.port) as again:
            assert (await present(scene))["Tom"].user_id == user_id
            await is_muted(again)


@pytest.mark.long
async def test_a_guest_is_the_same_member_in_every_process_but_only_once(where: dict[str, str]):
    """The kernel spreads connections over the processes."""
    with ExitStack() as stack:
        several = {"WATCHIUM_PROCESSES": str(PROCESSES), "REDIS_URL": stack.enter_context(redis())}
        server = stack.enter_context(
            watchium_server({**where, **several, "WATCHIUM_SYNCPLAY": str(free_port())})
        )
        scene = await scene_on(server)
        user_ids = set()
        for _ in range(8):
            async with joined(scene, port_of(server)) as tom:
                user_ids.add((await present(scene))["Tom"].user_id)
                assert tom.name == "Tom"
        assert len(user_ids) == 1, "the same, whichever process it came to"
        async with joined(scene, port_of(server)) as first:
            for _ in range(4):
                async with joined(scene, port_of(server)) as other:
                    assert other.name == "Tom (2)", "while the first is here, it is another person"
            assert not first.closed
