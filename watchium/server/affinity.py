"""Serves a room's sockets in one process where several processes listen on one port.

The kernel gives a connection to any of the processes; in a room spread over processes every event reaches some members
through Redis only. So each room has an owner among the processes, derived from its id, and a connection for it that
another process accepted is handed over before any response: the file descriptor itself, with the bytes of the
handshake. This is only an optimisation: if the owner does not take it, the connection is served where it is, and Redis
carries the events.
"""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from zlib import crc32

ROOM = re.compile(rb"^GET /ws/rooms/([^/?\s]+)/")
MAX_HANDSHAKE_BYTES = 128 * 1024


@dataclass(frozen=True)
class Workers:
    """The processes on one port, seen by one of them. `inbox` receives connections handed to this process; `outboxes`
    send to each process, by number."""

    number: int
    inbox: socket.socket
    outboxes: list[socket.socket]

    def owner(self, handshake: bytes) -> int:
        """The number of the process that owns the connection's room; this process if it is for no room."""
        room = ROOM.match(handshake)
        return crc32(room[1]) % len(self.outboxes) if room else self.number

    def hand_over(self, connection: int, handshake: bytes) -> bool:
        """Send the connection, by its file descriptor, to its owner. If True, it may be closed here."""
        owner = self.owner(handshake)
        if owner == self.number:
            return False
        try:
            socket.send_fds(self.outboxes[owner], [handshake], [connection])
        except OSError:  # its inbox is full: the process is restarting or busy
            return False
        return True

    def listen(self, on_connection: Callable[[socket.socket, bytes], None]) -> None:
        """Call `on_connection`, on the running loop, with every connection that is handed to this process."""
        asyncio.get_running_loop().add_reader(self.inbox, self._receive, on_connection)

    def stop_listening(self) -> None:
        asyncio.get_running_loop().remove_reader(self.inbox)

    def _receive(self, on_connection: Callable[[socket.socket, bytes], None]) -> None:
        try:
            handshake, descriptors, _, _ = socket.recv_fds(self.inbox, MAX_HANDSHAKE_BYTES, 1)
        except OSError:
            return
        for descriptor in descriptors:
            on_connection(socket.socket(fileno=descriptor), handshake)


def forward(inbox: socket.socket, outbox: socket.socket) -> None:
    """Move the connections that wait in `inbox` to `outbox`. One that does not fit is closed; its client reconnects."""
    while True:
        try:
            handshake, descriptors, _, _ = socket.recv_fds(inbox, MAX_HANDSHAKE_BYTES, 1)
        except OSError:
            return
        with suppress(OSError):
            socket.send_fds(outbox, [handshake], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def socket_pairs(count: int) -> list[tuple[socket.socket, socket.socket]]:
    """For each process the end it reads from and the end the others write to. Neither blocks."""
    pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(count)]
    for pair in pairs:
        for end in pair:
            end.set_inheritable(True)
            # Set here because Python's `send_fds` and `recv_fds` accept flags and ignore them.
            end.setblocking(False)
    return pairs
