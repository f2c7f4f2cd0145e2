from __future__ import annotations

import socket
import threading
from zlib import crc32

from watchium.server.affinity import Workers, socket_pairs

MANY = 5000


def handshake_for(number: int) -> bytes:
    """For a room that this one of two processes owns."""
    room = next(name for name in map(str, range(99)) if crc32(name.encode()) % 2 == number)
    return f"GET /ws/rooms/{room}/ HTTP/1.1\r\n".encode()


def test_a_full_inbox_of_another_worker_does_not_block():
    pairs = socket_pairs(2)
    here = Workers(0, pairs[0][0], [outbox for _, outbox in pairs])
    handshake = handshake_for(1)
    rejected = threading.Event()

    def hand_over_until_rejected() -> None:
        connection, other = socket.socketpair()
        with connection, other:
            if any(not here.hand_over(connection.fileno(), handshake) for _ in range(MANY)):
                rejected.set()

    threading.Thread(target=hand_over_until_rejected, daemon=True).start()
    assert rejected.wait(10)
    for pair in pairs:
        for end in pair:
            end.close()
