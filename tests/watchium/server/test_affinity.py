from __future__ import annotations

import socket
import threading
from zlib import crc32

from watchium.server.affinity import Workers, lines

MANY = 5000


def handshake_for(number: int) -> bytes:
    """Of a room whose home that one of two processes is."""
    room = next(name for name in map(str, range(99)) if crc32(name.encode()) % 2 == number)
    return f"GET /ws/rooms/{room}/ HTTP/1.1\r\n".encode()


def test_a_sibling_that_takes_nothing_holds_up_nobody():
    between = lines(2)
    here = Workers(0, between[0][0], [outbox for _, outbox in between])
    words = handshake_for(1)
    refused = threading.Event()

    def hand_over_until_refused() -> None:
        connection, other = socket.socketpair()
        with connection, other:
            if any(not here.hand_over(connection.fileno(), words) for _ in range(MANY)):
                refused.set()

    threading.Thread(target=hand_over_until_refused, daemon=True).start()
    assert refused.wait(10)
    for pair in between:
        for end in pair:
            end.close()
