"""`python -m tests.bench.hostile_clients.pinger URL TOKEN`: ping a room's socket and print the times.

A separate process, so that the CPU time of the attackers is not measured as the server's. Ends at the end of its input.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import websockets

EVERY_S = 0.08  # the limit is fifteen a second


async def main(url: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}"}
    async with websockets.connect(url, additional_headers=headers, ping_interval=None) as socket:
        await socket.recv()
        ends = asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        while not ends.done():
            began_s = time.monotonic()
            await socket.send('{"type": "ping", "payload": {"t0": 1}}')
            while json.loads(await socket.recv())["type"] != "pong":
                pass
            took_s = time.monotonic() - began_s
            print(f"{began_s:.4f} {took_s * 1000:.2f}", flush=True)
            await asyncio.sleep(max(0.0, EVERY_S - took_s))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
