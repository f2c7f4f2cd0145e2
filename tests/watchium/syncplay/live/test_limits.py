"""What a client may not send: it is closed, and nothing reaches the room."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from unittest.mock import patch

import pytest

from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.scripted_client import connected
from tests.watchium.syncplay.transport.in_process import listening, serving
from watchium.syncplay import connection as connection_module
from watchium.syncplay import listener as listener_module

pytestmark = pytest.mark.once


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


async def test_who_sends_too_many_bytes_is_closed(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with connected(syncplay_server.port, "Tom", scene.room_id) as tom:
        await tom.until(lambda client: client.room)
        for _ in range(12):
            tom.send(NewWord="x" * 60_000)
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


async def test_a_client_that_begins_a_line_only_is_closed():
    with patch.object(connection_module, "HELLO_S", 0.05):
        async with serving() as served:
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            writer.write(b'{"Hello": ')
            assert await asyncio.wait_for(reader.read(), 10) == b""
            writer.close()


async def test_a_process_serves_so_many_connections_at_most():
    with patch.object(listener_module, "PER_PROCESS", 2):
        async with listening() as port, AsyncExitStack() as stack:
            first, _ = [await stack.enter_async_context(connected(port)) for _ in range(2)]
            one_more = await stack.enter_async_context(connected(port))
            await one_more.until_closed()
            first.send(Chat="not yet")  # served
            await first.leave()
            while one_more.closed:  # until the server has noticed
                one_more = await stack.enter_async_context(connected(port))
                one_more.send_raw(b"not json")
                await one_more.until_closed()
                if one_more.error:
                    break


async def test_a_client_that_sends_no_more_has_left(syncplay_server: SyncplayServer):
    """Its half of the connection is closed, and it reads on."""
    scene = await scene_on(syncplay_server.server)
    async with connected(syncplay_server.port, "Tom", scene.room_id) as tom:
        await tom.until(lambda client: client.room)
        tom.writer.write_eof()
        tom.silent = True
        await tom.until_closed()
        assert tom.error is None


@pytest.mark.long
@pytest.mark.parametrize("sends", [b"", b"x"])
async def test_a_client_that_sends_no_line_lapses(syncplay_server: SyncplayServer, sends: bytes):
    """Nor does one that sends a byte a second stay."""
    scene = await scene_on(syncplay_server.server)
    async with (
        scene.alice.enter(scene.room_id) as alice,
        connected(syncplay_server.port, "Tom", scene.room_id) as tom,
    ):
        await tom.until(lambda client: client.room)
        tom.silent, tom.instead = True, sends
        while (await alice.hear("member_left", timeout=40)).payload.username != "Tom":
            pass
        await tom.until_closed()
        assert tom.error is None
