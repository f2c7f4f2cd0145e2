"""Listens for Syncplay's clients in a server process, beside its pages and sockets."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings

from rooms.auth.client_address import UNKNOWN, is_loopback, is_within
from rooms.auth.origin import client_address
from watchium import server_clock
from watchium.middleware.address_sockets import address_sockets
from watchium.syncplay.connection import HELLO_S, Connection
from watchium.syncplay.transport import proxy_header
from watchium.syncplay.transport.certificate import Certificate
from watchium.syncplay.transport.line_stream import MAX_LINE_BYTES, LineStream
from watchium.telemetry import counters

PER_ADDRESS = 20  # of those sockets that an address may have
PER_PROCESS = 500
BACKLOG = 128
NO_HEADER = (proxy_header.BadHeader, TimeoutError, ConnectionError, asyncio.IncompleteReadError)
FINISH_S = 1.0
ALIVE_S = 3.0  # a client that sent a line so lately is there: it answers once a second


class Listener:
    """One a process."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._open: Counter[str] = Counter()
        self._sockets = address_sockets()
        self._serving: dict[asyncio.Task[Any], asyncio.StreamWriter] = {}
        self._of_guest: dict[int, Connection] = {}
        files = settings.SYNCPLAY_CERTIFICATE
        self._certificate = Certificate(*files) if files is not None else None

    async def start(self, bound: socket.socket) -> None:
        self._server = await asyncio.start_server(
            self._serve, sock=bound, limit=MAX_LINE_BYTES, backlog=BACKLOG
        )
        counters.gauge("syncplay_sockets", lambda: {"": float(self._open.total())})

    def stop(self) -> None:
        """Accept no more clients; members are closed with their rooms' sockets."""
        if self._server is not None:
            self._server.close()

    async def finish(self) -> None:
        """Close the connections that are left, which have no room yet."""
        for writer in self._serving.values():
            writer.close()
        if self._serving:
            await asyncio.wait(self._serving, timeout=FINISH_S)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = (writer.get_extra_info("peername") or ("",))[0]
        if self._open.total() >= PER_PROCESS:
            counters.count("syncplay_connections", "too_many")
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        self._serving[task] = writer
        task.add_done_callback(self._serving.pop)
        address = client_address("", await self._source(reader, peer))
        if address and self._has_place(address):
            with self._counted(address):
                await self._serve_client(LineStream(reader, writer), address)
        else:
            counters.count("syncplay_connections", "too_many" if address else "no_proxy_header")
            writer.close()

    async def _source(self, reader: asyncio.StreamReader, peer: str) -> str:
        """The client's address; empty if a proxy that has to name it does not."""
        if not is_within(peer, settings.SYNCPLAY_PROXIES):
            return peer
        with self._counted(UNKNOWN), suppress(*NO_HEADER):
            async with asyncio.timeout(HELLO_S):
                return await proxy_header.read_source(reader) or peer
        return ""

    @contextmanager
    def _counted(self, address: str) -> Iterator[None]:
        self._open[address] += 1
        try:
            yield
        finally:
            self._open[address] -= 1
            if not self._open[address]:
                del self._open[address]

    async def _serve_client(self, stream: LineStream, address: str) -> None:
        connection = Connection(stream, address, self._take_place_of, self._certificate)
        self._sockets.opened(address)
        try:
            await connection.run()
        finally:
            self._sockets.closed(address)
            self._forget(connection)

    def _has_place(self, address: str) -> bool:
        if is_loopback(address):
            return True
        return self._open[address] < PER_ADDRESS and not self._sockets.wait_ms(address)

    def _take_place_of(self, connection: Connection, person_pk: int) -> bool:
        earlier = self._of_guest.get(person_pk)
        if earlier is not None and earlier is not connection:
            if server_clock.now_ms() / 1000 < earlier.last_line_s + ALIVE_S:
                return False
            earlier.close()
        self._of_guest[person_pk] = connection
        return True

    def _forget(self, connection: Connection) -> None:
        for person_pk, other in list(self._of_guest.items()):
            if other is connection:
                del self._of_guest[person_pk]
