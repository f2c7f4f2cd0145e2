"""A TCP link to a server that can be slow, cut, reset or half closed."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

CHUNK = 16 * 1024
AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST instead of FIN


@dataclass
class Way:
    """One direction of a link."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    bytes_per_s: float | None = None

    def __post_init__(self) -> None:
        self.open.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward until the sender closes. Data in transit during a cut arrives after it, as TCP retransmits."""
        while data := await reader.read(CHUNK if self.bytes_per_s is None else 1):
            await self.open.wait()
            if self.bytes_per_s:
                await asyncio.sleep(1 / self.bytes_per_s)
            writer.write(data)
            await writer.drain()


class Link:
    """Forward all connections to `port` to the server; faults apply to all of them."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.port = 0
        self.up, self.down = Way(), Way()
        self._ends: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Stop all data without closing any connection."""
        self.up.open.clear()
        self.down.open.clear()

    def mend(self) -> None:
        self.up.open.set()
        self.down.open.set()

    def trickle(self, bytes_per_s: float | None) -> None:
        self.up.bytes_per_s = self.down.bytes_per_s = bytes_per_s

    def reset(self) -> None:
        """Reset every connection."""
        for end in {end for end in self._ends if not end.is_closing()}:
            end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
            end.transport.abort()

    def half_close(self) -> None:
        """Half close: each end receives EOF, but its own data still arrives."""
        for end in self._ends:
            end.write_eof()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.CancelledError):
            await self.up.open.wait()
            there, away = await asyncio.open_connection("127.0.0.1", self.server_port)
            self._ends |= {writer, away}
            ways = [self.up.carry(reader, away), self.down.carry(there, writer)]
            tasks = [asyncio.ensure_future(way) for way in ways]
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                self._ends -= {writer, away}
                away.close()
        writer.close()


@asynccontextmanager
async def link_to(server_port: int) -> AsyncIterator[Link]:
    link = Link(server_port)
    door = await asyncio.start_server(link._serve, "127.0.0.1", 0)
    link.port = int(door.sockets[0].getsockname()[1])
    try:
        yield link
    finally:
        link.mend()
        link.reset()
        door.close()
