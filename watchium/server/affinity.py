"""A room's sockets in one process, where several serve on one port.

The kernel gives a connection to whichever process it likes; in a room spread over processes every event
reaches some of its people through Redis only. So each room has a home among the processes, by its name, and a
connection for it that arrives elsewhere is handed over before anybody has answered it: the descriptor itself, with the
bytes of the handshake. It is only a saving: where the home does not take it, it is served where it is, and Redis
carries what has to be heard.
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
MOST_BYTES = 128 * 1024


@dataclass(frozen=True)
class Workers:
    """This process among those on its port. `inbox`: what is handed to it; `outboxes`: to each of them, by number."""

    number: int
    inbox: socket.socket
    outboxes: list[socket.socket]

    def home(self, handshake: bytes) -> int:
        """The number of the process a connection belongs to; this one's own for whatever is no room."""
        room = ROOM.match(handshake)
        return crc32(room[1]) % len(self.outboxes) if room else self.number

    def hand_over(self, connection: int, handshake: bytes) -> bool:
        """Whether the connection, by its descriptor, has gone where it belongs and may be closed here."""
        home = self.home(handshake)
        if home == self.number:
            return False
        try:
            socket.send_fds(self.outboxes[home], [handshake], [connection])
        except OSError:  # its inbox is full: it is starting again, or busy
            return False
        return True

    def listen(self, take: Callable[[socket.socket, bytes], None]) -> None:
        """Call `take` with every connection that is handed to this process, on the running loop."""
        asyncio.get_running_loop().add_reader(self.inbox, self._receive, take)

    def deaf(self) -> None:
        asyncio.get_running_loop().remove_reader(self.inbox)

    def _receive(self, take: Callable[[socket.socket, bytes], None]) -> None:
        try:
            handshake, descriptors, _, _ = socket.recv_fds(self.inbox, MOST_BYTES, 1)
        except OSError:
            return
        for descriptor in descriptors:
            take(socket.socket(fileno=descriptor), handshake)


def hand_off(inbox: socket.socket, outbox: socket.socket) -> None:
    """What waits in the one goes into the other; a connection that does not fit is closed, and comes again."""
    while True:
        try:
            handshake, descriptors, _, _ = socket.recv_fds(inbox, MOST_BYTES, 1)
        except OSError:
            return
        with suppress(OSError):
            socket.send_fds(outbox, [handshake], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)


def lines(count: int) -> list[tuple[socket.socket, socket.socket]]:
    """For each process the end it listens to and the end the others speak into. Nobody waits at either of them."""
    pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(count)]
    for pair in pairs:
        for end in pair:
            end.set_inheritable(True)
            # Here, as Python's `send_fds` and `recv_fds` take flags and leave them out.
            end.setblocking(False)
    return pairs
