"""How a process that is told to stop takes leave: what was said is obeyed and answered, then every socket gets 4012."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading

from watchium import server_clock
from watchium.background import scheduler
from watchium.consumers.socket import Socket
from watchium.protocol.errors import CloseCode
from watchium.protocol.events import Closing, ClosingNotice

ANSWERS_S = 2.5
GOING_S = 2.0
RETRY_AFTER_MS = 1000  # another process listens on the same port, or this one is back by then
LOOK_S = 0.02


async def drain() -> None:
    """Five seconds at most: who reads nothing any more is cut off."""
    sockets = tuple(Socket.live)
    for socket in sockets:
        socket.send_event(_close_all(socket))
    await asyncio.gather(*(socket.finish(ANSWERS_S) for socket in sockets))
    await scheduler.stop()
    for socket in sockets:
        socket.close(CloseCode.RESTART)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_all_gone(), GOING_S)


def drain_and_close(seconds: float) -> None:
    """End the process even if a thread does not: a database that hangs would hold it for as long.

    What that thread was doing was not acknowledged, and happens as a whole or not at all.
    """
    timer = threading.Timer(seconds, os._exit, [0])
    timer.daemon = True  # of no consequence when everything ends by itself
    timer.start()


async def _all_gone() -> None:
    while Socket.live:  # noqa: ASYNC110
        await asyncio.sleep(LOOK_S)


def _close_all(socket: Socket) -> Closing:
    payload = ClosingNotice(code=int(CloseCode.RESTART), retry_after_ms=RETRY_AFTER_MS)
    return Closing(room_id=socket.room_id, timestamp=server_clock.now_ms(), payload=payload)
