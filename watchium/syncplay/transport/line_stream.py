"""The lines of one connection, in clear text or encrypted. What it keeps of either direction is bounded."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import suppress

from watchium.protocol.errors import TooLong

MAX_LINE_BYTES = 64 * 1024
UNSENT_BYTES = 64 * 1024
CLOSING_S = 2.0


class LineStream:
    """`reader` has the limit MAX_LINE_BYTES."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.is_encrypted = False
        self._is_lost = False

    async def read_line(self) -> bytes:
        """The next line with its end. Raises TooLong, and IncompleteReadError or ConnectionError at the end."""
        try:
            return await self._reader.readuntil(b"\n")
        except asyncio.LimitOverrunError:
            raise TooLong from None
        except ssl.SSLError:
            raise ConnectionResetError from None

    def write(self, line: bytes) -> None:
        """Send it. A client that reads too little is cut off."""
        if self._writer.is_closing():
            return
        self._writer.write(line)
        if self._writer.transport.get_write_buffer_size() > UNSENT_BYTES:
            self._writer.transport.abort()  # it takes nothing: the client is frozen, or its line too slow

    async def encrypt(self, context: ssl.SSLContext, within_s: float) -> None:
        """Take the client's TLS handshake, which begins after the line that was written last.

        What arrived before it is dropped with its reader: others on the way could have sent it, and inside the
        encryption it would look like the client's own. Raises ConnectionError if there is no handshake in time.
        """
        reader = asyncio.StreamReader(MAX_LINE_BYTES)
        protocol = asyncio.StreamReaderProtocol(reader)
        loop, plain = asyncio.get_running_loop(), self._writer.transport
        if plain.is_closing():
            raise ConnectionAbortedError
        try:
            encrypted = await loop.start_tls(
                plain, protocol, context, server_side=True, ssl_handshake_timeout=within_s
            )
        except BaseException as error:
            self._is_lost = True
            plain.abort()
            if isinstance(error, OSError):  # of TLS, or of the connection
                raise ConnectionAbortedError from None
            raise
        if encrypted is None:
            raise ConnectionAbortedError
        protocol.connection_made(encrypted)
        self._reader, self._writer = reader, asyncio.StreamWriter(encrypted, protocol, reader, loop)
        self.is_encrypted = True

    @property
    def is_closing(self) -> bool:
        return self._writer.is_closing()

    def close(self) -> None:
        self._writer.close()

    async def end(self) -> None:
        """Close it once what was written is sent, or after a while."""
        self._writer.close()
        if self._is_lost:
            return
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(CLOSING_S):
                await self._writer.wait_closed()
                return
        self._writer.transport.abort()
