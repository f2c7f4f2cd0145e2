"""A WebSocket client that stops reading: the kernel's buffers fill, then the server's."""

from __future__ import annotations

import asyncio
import base64
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.client import Client

SMALL = 4096  # bytes; a small receive buffer, so that little data is held in the kernel
SEGMENT = 1400
READ_S = 5


class Deaf:
    def __init__(self, raw: socket.socket) -> None:
        self.raw = raw

    @property
    def still_held(self) -> bool:
        """Return whether a process still has the other end; the kernel alone may keep it for minutes."""
        mine, theirs = self.raw.getsockname()[1], self.raw.getpeername()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
            _, local, remote, *rest = line.split()
            ports = int(local.rpartition(":")[2], 16), int(remote.rpartition(":")[2], 16)
            if ports == (theirs, mine):
                return rest[6] != "0"  # the inode
        return False

    async def closing_code(self) -> int | None:
        """Read everything; return the code of the final close frame, or None if there is none."""
        frames = b""
        loop = asyncio.get_running_loop()
        try:
            while data := await asyncio.wait_for(loop.sock_recv(self.raw, 65536), READ_S):
                frames += data
        except OSError:
            pass
        return last_close_code(frames)


def last_close_code(frames: bytes) -> int | None:
    """Yield opcode and payload of unmasked frames, as servers send them."""
    code, at = None, 0
    while at + 2 <= len(frames):
        kind, length, start = frames[at] & 0x0F, frames[at + 1], at + 2
        if length == 126:
            length, start = int.from_bytes(frames[start : start + 2]), start + 2
        elif length == 127:
            length, start = int.from_bytes(frames[start : start + 8]), start + 8
        if kind == 8:
            code = int.from_bytes(frames[start : start + 2])
        at = start + length
    return code


@asynccontextmanager
async def deaf_socket(client: Client, room_id: str) -> AsyncIterator[Deaf]:
    """Open a socket to the room and stop reading after the handshake."""
    address = urlsplit(client.base_url)
    loop = asyncio.get_running_loop()
    with socket.socket() as raw:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL)
        # As over a wide area network; on loopback the server's kernel would buffer 2.6 MB.
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SEGMENT)
        raw.setblocking(False)
        await loop.sock_connect(raw, (address.hostname, address.port))
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            f"GET /ws/rooms/{room_id}/ HTTP/1.1", f"Host: {address.netloc}", "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", f"Authorization: Bearer {client.token}", "", "",
        ]  # fmt: skip
        await loop.sock_sendall(raw, "\r\n".join(lines).encode())
        yes = b""
        while b"\r\n\r\n" not in yes:
            yes += await loop.sock_recv(raw, 1)
        assert yes.startswith(b"HTTP/1.1 101"), yes
        yield Deaf(raw)
