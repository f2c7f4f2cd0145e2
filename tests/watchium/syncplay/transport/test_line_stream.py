"""What a connection keeps of either direction is bounded, in clear text and encrypted, on both event loops."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
import uvloop

from tests.servers import CHAIN, KEY, Missing, certificate_folder, unavailable
from tests.servers.certificates import trusting
from watchium.protocol.errors import TooLong
from watchium.syncplay.transport.certificate import load
from watchium.syncplay.transport.line_stream import MAX_LINE_BYTES, UNSENT_BYTES, LineStream

TIMEOUT_S = 10.0
LINE = b"x" * 1000 + b"\r\n"
SMALL_BYTES = 16 * 1024  # of the kernel's buffers, as far as it agrees
MOST_BYTES = (
    2**20
)  # above and below TLS, in the kernel, and in the client's own TLS, which reads 256 KiB ahead

Run = Callable[[Coroutine[Any, Any, None]], None]


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    """Tests are on asyncio's loop, servers on uvloop's."""

    def running(scene: Coroutine[Any, Any, None]) -> None:
        with asyncio.Runner(loop_factory=request.param) as runner:
            runner.run(scene)

    return running


@asynccontextmanager
async def pair(
    encrypts: bool,
) -> AsyncIterator[tuple[LineStream, asyncio.StreamReader, asyncio.StreamWriter]]:
    """The server's stream, and the client."""
    served: asyncio.Queue[LineStream] = asyncio.Queue()
    folder = certificate_folder()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SMALL_BYTES)
        stream = LineStream(reader, writer)
        if encrypts:
            await stream.encrypt(load(folder / CHAIN, folder / KEY), TIMEOUT_S)
        await served.put(stream)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=MAX_LINE_BYTES)
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BYTES)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, server.sockets[0].getsockname())
    reader, writer = await asyncio.open_connection(sock=client)
    if encrypts:
        await writer.start_tls(trusting(folder), server_hostname="localhost")
    stream = await served.get()
    try:
        yield stream, reader, writer
    finally:
        writer.transport.abort()
        await stream.end()
        server.close()


@pytest.fixture(autouse=True)
def _certificate() -> None:
    try:
        certificate_folder()
    except Missing as missing:
        unavailable(missing)


@pytest.mark.parametrize("encrypts", [False, True])
def test_a_client_that_reads_nothing_is_cut_off(run: Run, encrypts: bool):
    async def scene() -> None:
        async with pair(encrypts) as (stream, _, writer):
            writer.transport.pause_reading()  # type: ignore[attr-defined]
            written = 0
            while not stream.is_closing and written < 2**24:
                stream.write(LINE)
                written += len(LINE)
                await asyncio.sleep(0)  # uvloop writes at the end of an iteration
            assert UNSENT_BYTES < written < MOST_BYTES

    run(scene())


@pytest.mark.parametrize("encrypts", [False, True])
def test_lines_go_both_ways_up_to_their_limit(run: Run, encrypts: bool):
    async def scene() -> None:
        async with pair(encrypts) as (stream, reader, writer):
            assert stream.is_encrypted == encrypts
            stream.write(LINE)
            assert await reader.readline() == LINE
            longest = b"x" * (MAX_LINE_BYTES - 1) + b"\n"
            writer.write(longest)
            assert await stream.read_line() == longest
            writer.write(b"x" * (MAX_LINE_BYTES + 1))
            with pytest.raises(TooLong):
                await stream.read_line()

    run(scene())


@pytest.mark.parametrize("encrypts", [False, True])
def test_a_half_closed_connection_has_ended(run: Run, encrypts: bool):
    async def scene() -> None:
        async with pair(encrypts) as (stream, _, writer):
            if encrypts:
                writer.close()  # TLS knows no half
            else:
                writer.write_eof()
            with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
                await stream.read_line()

    run(scene())
