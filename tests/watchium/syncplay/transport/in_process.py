"""The server's side of connections in the process of the test, so that a test may change its limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from watchium.config.listen_address import listening_socket
from watchium.syncplay.connection import Connection
from watchium.syncplay.listener import Listener
from watchium.syncplay.transport.certificate import Certificate
from watchium.syncplay.transport.line_stream import MAX_LINE_BYTES, LineStream

TIMEOUT_S = 10.0


class Served:
    """`ended` is set once a connection has been served."""

    def __init__(self, port: int, ended: asyncio.Event) -> None:
        self.port, self.ended = port, ended

    async def until_ended(self) -> None:
        await asyncio.wait_for(self.ended.wait(), TIMEOUT_S)


@asynccontextmanager
async def serving(certificate: Certificate | None = None) -> AsyncIterator[Served]:
    ended = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await Connection(LineStream(reader, writer), "127.0.0.1", lambda *_: True, certificate).run()
        ended.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=MAX_LINE_BYTES)
    try:
        yield Served(server.sockets[0].getsockname()[1], ended)
    finally:
        server.close()


@asynccontextmanager
async def listening() -> AsyncIterator[int]:
    """The whole listener; yields its port."""
    listener, bound = Listener(), listening_socket("127.0.0.1", 0)
    await listener.start(bound)
    try:
        yield bound.getsockname()[1]
    finally:
        listener.stop()
