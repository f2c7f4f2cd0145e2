"""`python -m tests.bench.load.harness.probe PORT PATH TOKEN`: measure stalls of the server's event loop.

Sends a WebSocket ping every 10 ms; the server's event loop replies before any application code. The longest reply
time is the longest pause. A separate process, so that pauses of the load generator are not measured as the server's.
Ends on any input or after ten minutes, and prints the delays in milliseconds as JSON.
"""

from __future__ import annotations

import json
import select
import struct
import sys
import time

from tests.bench.load.harness.websocket_client import PING, PONG, frame, frames, opened

EVERY_S = 0.01


LONGEST_S = 600.0


def probe(port: int, path: str, token: str) -> list[float]:
    link, rest = opened(port, path, token)
    delays_ms = []
    due = time.monotonic()
    end = due + LONGEST_S
    while due < end and not select.select([sys.stdin], [], [], 0)[0]:
        time.sleep(max(0.0, due - time.monotonic()))
        asked = time.monotonic_ns()
        link.sendall(frame(PING, struct.pack(">Q", asked)))
        answered = False
        while not answered:
            found, rest = frames(rest + link.recv(65536))
            for opcode, payload in found:
                if opcode == PING:
                    link.sendall(frame(PONG, payload))
                elif opcode == PONG:
                    delays_ms.append((time.monotonic_ns() - asked) / 1e6)
                    answered = True
        due = max(due + EVERY_S, time.monotonic())
    link.close()
    return delays_ms


if __name__ == "__main__":
    port, path, token = sys.argv[1:]
    print(json.dumps(probe(int(port), path, token)))
