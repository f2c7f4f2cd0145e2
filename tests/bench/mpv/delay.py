"""A TCP proxy that delays each direction by the same time, and keeps the order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

CHUNK = 16 * 1024


@asynccontextmanager
async def delayed(port: int, delay_s: float) -> AsyncIterator[int]:
    """Yield the port that leads to another with this delay each way."""
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, away = await asyncio.open_connection("127.0.0.1", port)
        for one, other in ((reader, away), (there, writer)):
            task = asyncio.create_task(_pour(one, other, delay_s))
            running.add(task)
            task.add_done_callback(running.discard)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        server.close()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay_s: float) -> None:
    loop = asyncio.get_running_loop()
    underway: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def arrive() -> None:
        data = b"-"
        while data:
            due_s, data = await underway.get()
            await asyncio.sleep(due_s - loop.time())
            writer.write(data)
        writer.close()

    arriving = asyncio.create_task(arrive())
    data = b"-"
    with suppress(OSError):
        while data:
            data = await reader.read(CHUNK)
            underway.put_nowait((loop.time() + delay_s, data))
    await arriving
