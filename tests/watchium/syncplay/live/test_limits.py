"""What a client may not send: it is closed, and nothing reaches the room."""

from __future__ import annotations

import asyncio
from unittest.mock import patch

import pytest

from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.scripted_client import connected
from tests.watchium.syncplay.transport.in_process import serving
from watchium.syncplay import connection as connection_module


@pytest.mark.parametrize(
    "bad", [b"not json", b"[1]", b"\xff\xfe", b'{"a":' * 2000, b'{"Chat": "' + b"x" * 70_000]
)
async def test_a_broken_line_is_answered_by_an_error_and_ends_the_connection(
    syncplay_server: SyncplayServer, bad: bytes
):
    scene = await scene_on(syncplay_server.server)
    async with connected(syncplay_server.port, "Tom", scene.room_id) as tom:
        await tom.until(lambda client: client.room)
        tom.send_raw(bad)
        await tom.until_closed()
        assert tom.error


async def test_who_sends_too_many_lines_is_closed(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with connected(syncplay_server.port, "Tom", scene.room_id) as tom:
        await tom.until(lambda client: client.room)
        for _ in range(200):
            tom.send(List=None)
        await tom.until_closed()
        assert "too fast" in str(tom.error)


async def test_unknown_messages_are_ignored(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with connected(syncplay_server.port, "Tom", scene.room_id) as tom:
        await tom.until(lambda client: client.room)
        tom.send(
            NewWord={"x": [1, None]}, Set={"newThing": 1, "file": 5, "ready": "yes"}, State=7, Hello=None
        )
        tom.send(State={"playstate": {"position": "x"}, "ping": 3, "ignoringOnTheFly": []})
        tom.members = {}
        tom.send(List=None)
        await tom.until(lambda client: "Tom" in client.members)


async def test_before_its_hello_a_client_may_ask_for_encryption_only(syncplay_server: SyncplayServer):
    async with connected(syncplay_server.port) as tom:
        for _ in range(4):
            tom.send(Chat="let me in")
        await tom.until_closed()
        assert tom.error


async def test_a_client_without_a_hello_is_closed():
    with patch.object(connection_module, "HELLO_S", 0.05):
        async with serving() as served:
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            assert await asyncio.wait_for(reader.read(), 10) == b""
            await served.until_ended()
            writer.close()


@pytest.mark.long
async def test_a_silent_client_lapses(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Tom", scene.room_id) as tom,
    ):
        await tom.until(lambda client: client.room)
        tom.silent = True
        while (await alice.hear("member_left", timeout=40)).payload.username != "Tom":
            pass
        await tom.until_closed()
        assert tom.error is None
