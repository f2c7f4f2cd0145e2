"""Clients behind a TCP proxy have their own address, and none of the others can claim one."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from ipaddress import ip_network
from unittest.mock import patch

import pytest
from django.test import override_settings

from rooms.ids import md5_of
from tests.conftest import SYNCPLAY_PROXY
from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.scripted_client import ScriptedClient, connected
from tests.watchium.syncplay.transport.in_process import listening
from watchium.doctor import syncplay_checks
from watchium.syncplay import listener as listener_module

pytestmark = pytest.mark.once

HEADER = "PROXY TCP4 {} 10.0.0.1 4711 8999\r\n"


async def proxied(stack: AsyncExitStack, port: int, source: str, name: str = "Tom") -> ScriptedClient:
    return await stack.enter_async_context(
        connected(port, name, local_address=SYNCPLAY_PROXY, header=HEADER.format(source).encode())
    )


async def test_the_client_has_the_address_that_the_proxy_names(syncplay_server: SyncplayServer):
    """Passwords that are not encrypted are taken from private networks only."""
    scene = await scene_on(syncplay_server.server, visibility="private", passphrase="open sesame")
    async with AsyncExitStack() as stack:
        near = await proxied(stack, syncplay_server.port, "192.168.1.9")
        near.hello(scene.room_id, md5_of("open sesame"))
        await near.until(lambda client: client.room)
        far = await proxied(stack, syncplay_server.port, "203.0.113.9")
        far.hello(scene.room_id, md5_of("open sesame"))
        await far.until(lambda client: client.error)
        assert "not encrypted" in str(far.error)


async def test_the_connections_of_an_address_are_counted_behind_a_proxy(syncplay_server: SyncplayServer):
    scene = await scene_on(syncplay_server.server)
    async with AsyncExitStack() as stack:
        for _ in range(listener_module.PER_ADDRESS):
            await proxied(stack, syncplay_server.port, "203.0.113.20")
        other = await proxied(stack, syncplay_server.port, "203.0.113.21")
        other.hello(scene.room_id)
        await other.until(lambda client: client.room)
        one_more = await proxied(stack, syncplay_server.port, "203.0.113.20")
        one_more.hello(scene.room_id)
        await one_more.until_closed()
        assert not one_more.room


async def test_a_header_of_another_than_the_proxy_is_a_broken_line(syncplay_server: SyncplayServer):
    async with connected(syncplay_server.port, header=HEADER.format("192.168.1.9").encode()) as eve:
        await eve.until_closed()
        assert eve.error


@pytest.mark.parametrize("header", [b"", b"GET / HTTP/1.1\r\n\r\n"])
async def test_a_proxy_without_a_header_is_closed(syncplay_server: SyncplayServer, header: bytes):
    async with connected(syncplay_server.port, local_address=SYNCPLAY_PROXY, header=header) as tom:
        tom.hello("zzzzzzzzzz")
        await tom.until_closed()
        assert tom.error is None


async def test_a_header_that_never_ends_is_ended():
    with (
        override_settings(SYNCPLAY_PROXIES=[ip_network("127.0.0.1")]),
        patch.object(listener_module, "HELLO_S", 0.05),
    ):
        async with listening() as port:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"PROXY TCP4")
            assert await asyncio.wait_for(reader.read(), 10) == b""
            writer.close()


async def test_doctor_speaks_as_the_proxy_of_the_same_machine():
    with override_settings(SYNCPLAY_PROXIES=[ip_network("127.0.0.0/8")]):
        async with listening() as port:
            with override_settings(SYNCPLAY=("127.0.0.1", port)):
                found = await asyncio.to_thread(syncplay_checks.syncplay)
    assert found.level == "ok", found
