"""TLS by the protocol's own upgrade: what is inside is the client's, and what is not ends the connection."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
from pathlib import Path
from unittest.mock import patch

import pytest

from rooms.ids import md5_of
from tests.servers import CHAIN, KEY, Missing, certificate_folder, unavailable
from tests.servers.certificates import trusting
from tests.watchium.consumers.fixtures import scene_on
from tests.watchium.syncplay.conftest import SyncplayServer
from tests.watchium.syncplay.scripted_client import ScriptedClient, connected
from tests.watchium.syncplay.transport.in_process import serving
from watchium.syncplay import connection as connection_module
from watchium.syncplay.transport.certificate import Certificate

pytestmark = pytest.mark.once

ASKS = b'{"TLS": {"startTLS": "send"}}\r\n'


@pytest.fixture
def folder() -> Path:
    try:
        return certificate_folder()
    except Missing as missing:
        unavailable(missing)


def hello(name: str, room_id: str) -> bytes:
    return json.dumps({"Hello": {"username": name, "room": {"name": room_id}}}).encode() + b"\r\n"


async def test_an_encrypted_client_is_a_member(syncplay_server: SyncplayServer, folder: Path):
    scene = await scene_on(syncplay_server.server, visibility="private", passphrase="open sesame")
    async with connected(syncplay_server.port, context=trusting(folder)) as tom:
        tom.hello(scene.room_id, md5_of("open sesame"))
        await tom.until_here()
        tom.send(Chat="x" * 400)
        await tom.until(lambda client: ("Tom", "x" * 400) in client.chat)
        await tom.leave()


@pytest.mark.parametrize("before", [b"", b"in the line of the question"])
async def test_what_was_sent_before_the_handshake_is_not_taken_for_the_clients(
    syncplay_server: SyncplayServer, folder: Path, before: bytes
):
    """Another on the way could have put it in."""
    scene = await scene_on(syncplay_server.server)
    tracebacks = syncplay_server.server.log().count("Traceback")
    reader, writer = await asyncio.open_connection("127.0.0.1", syncplay_server.port, limit=2**20)
    injected = hello("Eve", scene.room_id)
    writer.write(ASKS[:-3] + b", " + injected[1:] if before else ASKS + injected)
    assert json.loads(await reader.readline()) == {"TLS": {"startTLS": "true"}}
    await writer.start_tls(trusting(folder), server_hostname="localhost")
    tom = ScriptedClient(reader, writer, "Tom")
    tom.hello(scene.room_id)
    await tom.until(lambda client: client.members)
    assert set(tom.members) == {"Tom"}
    await tom.leave()
    assert syncplay_server.server.log().count("Traceback") == tracebacks


@pytest.mark.parametrize("instead", [b"{}\r\n" * 50, b"\x16\x03\x01\x02\x00" + b"\x00" * 512, b""])
async def test_what_is_no_handshake_ends_the_connection(
    syncplay_server: SyncplayServer, folder: Path, instead: bytes
):
    tracebacks = syncplay_server.server.log().count("Traceback")
    reader, writer = await asyncio.open_connection("127.0.0.1", syncplay_server.port)
    writer.write(ASKS)
    await reader.readline()
    if instead:
        writer.write(instead)
    else:
        writer.write_eof()
    assert b"Hello" not in await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert syncplay_server.server.log().count("Traceback") == tracebacks


def test_an_old_version_of_tls_is_refused(syncplay_server: SyncplayServer, folder: Path):
    def version(newest: ssl.TLSVersion) -> str | None:
        context = trusting(folder)
        context.set_ciphers("ALL:@SECLEVEL=0")
        with pytest.warns(DeprecationWarning):
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = newest
        with socket.create_connection(("127.0.0.1", syncplay_server.port), 10) as connection:
            connection.sendall(ASKS)
            assert b"true" in connection.recv(100)
            with context.wrap_socket(connection, server_hostname="localhost") as encrypted:
                return encrypted.version()

    assert version(ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
    with pytest.raises(ssl.SSLError):
        version(ssl.TLSVersion.TLSv1_1)


async def test_encryption_is_asked_for_once_and_before_the_hello(
    syncplay_server: SyncplayServer, folder: Path
):
    scene = await scene_on(syncplay_server.server)
    async with connected(syncplay_server.port, context=trusting(folder)) as twice:
        twice.send_raw(ASKS.strip())
        await twice.until_closed()
        assert twice.error
    async with connected(syncplay_server.port, "Tom", scene.room_id) as late:
        await late.until(lambda client: client.room)
        late.send_raw(ASKS.strip())
        seen = late.states
        await late.until(lambda client: client.states > seen + 1)


async def test_a_handshake_that_never_ends_is_ended(folder: Path):
    with patch.object(connection_module, "HELLO_S", 0.05):
        async with serving(Certificate(folder / CHAIN, folder / KEY)) as served:
            reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
            writer.write(ASKS)
            await asyncio.wait_for(reader.read(), 10)
            await served.until_ended()
            writer.close()


async def test_without_a_certificate_the_client_goes_on_in_clear_text():
    async with serving() as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(ASKS)
        assert json.loads(await reader.readline()) == {"TLS": {"startTLS": "false"}}
        writer.close()
        await served.until_ended()
