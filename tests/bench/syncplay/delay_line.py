"""`python -m tests.bench.syncplay.delay_line LISTEN TARGET UP_MS DOWN_MS`: delays both directions, in order.

A process of its own, so that its timing does not depend on the rest of the benchmark.
"""

from __future__ import annotations

import asyncio
import sys
import time


async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
    queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
    delivering = asyncio.create_task(deliver(queue, writer))
    try:
        while received := await reader.read(65536):
            queue.put_nowait((time.monotonic() + delay_s, received))
    except ConnectionError:
        pass
    queue.put_nowait((time.monotonic() + delay_s, b""))
    await delivering


async def deliver(queue: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    while True:
        due_s, content = await queue.get()
        await asyncio.sleep(max(0.0, due_s - time.monotonic()))
        if not content or writer.is_closing():
            writer.close()
            return
        writer.write(content)


async def main(listen: int, target: int, up_s: float, down_s: float) -> None:
    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(carry(reader, far_writer, up_s), carry(far_reader, writer, down_s))

    async with await asyncio.start_server(connected, "127.0.0.1", listen) as server:
        await server.serve_forever()


if __name__ == "__main__":
    _, listen, target, up_ms, down_ms = sys.argv
    asyncio.run(main(int(listen), int(target), float(up_ms) / 1000, float(down_ms) / 1000))
