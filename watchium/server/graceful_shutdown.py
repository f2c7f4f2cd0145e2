"""Graceful shutdown of a process: pending commands are handled and answered, then every socket is closed with 4012."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading

from watchium import server_clock
from watchium.background import scheduler
from watchium.consumers.socket import Socket
from watchium.protocol.errors import CloseCode
from watchium.protocol.replies import Closing, ClosingNotice

FINISH_S = 2.5
DISCONNECT_S = 2.0
RETRY_AFTER_MS = 1000  # another process listens on the same port, or this one is back by then
POLL_S = 0.02


async def drain() -> None:
    """Takes up to five seconds: clients that no longer read are cut off."""
    sockets = tuple(Socket.live)
    for socket in sockets:
        socket.send_event(_closing(socket))
    await asyncio.gather(*(socket.finish(FINISH_S) for socket in sockets))
    await scheduler.stop()
    for socket in sockets:
        socket.close(CloseCode.RESTART)
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(_all_disconnected(), DISCONNECT_S)


def exit_within(seconds: float) -> None:
    """End the process even if a thread does not end: a hanging database would hold it for as long.

    The work of that thread was not acknowledged, and is committed as a whole or not at all.
    """
    timer = threading.Timer(seconds, os._exit, [0])
    timer.daemon = True  # does not delay a process that ends by itself
    timer.start()


async def _all_disconnected() -> None:
    while Socket.live:  # noqa: ASYNC110
        await asyncio.sleep(POLL_S)


def _closing(socket: Socket) -> Closing:
    payload = ClosingNotice(code=int(CloseCode.RESTART), retry_after_ms=RETRY_AFTER_MS)
    return Closing(room_id=socket.room_id, timestamp=server_clock.now_ms(), payload=payload)
