"""A minimal WebSocket client on a blocking socket, for readers that stop reading and for undelayed pings."""

from __future__ import annotations

import base64
import os
import socket
import struct

CLOSE, PING, PONG = 8, 9, 10
CONNECT_S = 30.0


def opened(
    port: int, path: str, token: str, receive_buffer: int | None = None
) -> tuple[socket.socket, bytes]:
    """Perform the handshake; return the socket and the bytes received after it."""
    link = socket.socket()
    if receive_buffer is not None:
        link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    link.settimeout(CONNECT_S)
    link.connect(("127.0.0.1", port))
    key = base64.b64encode(os.urandom(16)).decode()
    link.sendall(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
    )
    got = b""
    while b"\r\n\r\n" not in got:
        more = link.recv(4096)
        if not more:
            raise ConnectionError("closed during the handshake")
        got += more
    head, _, rest = got.partition(b"\r\n\r\n")
    if b" 101 " not in head.split(b"\r\n")[0]:
        raise ConnectionError(head.decode(errors="replace"))
    return link, rest


def frame(opcode: int, payload: bytes = b"") -> bytes:
    """Return a short client frame with a zero mask."""
    assert len(payload) < 126
    return bytes((0x80 | opcode, 0x80 | len(payload))) + b"\0\0\0\0" + payload


def frames(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """Parse server data; return complete frames as (opcode, payload), and the rest."""
    found = []
    while len(data) >= 2:
        size, start = data[1] & 0x7F, 2
        if size == 126:
            if len(data) < 4:
                break
            size, start = struct.unpack(">H", data[2:4])[0], 4
        elif size == 127:
            if len(data) < 10:
                break
            size, start = struct.unpack(">Q", data[2:10])[0], 10
        if len(data) < start + size:
            break
        found.append((data[0] & 0x0F, data[start : start + size]))
        data = data[start + size :]
    return found, data
