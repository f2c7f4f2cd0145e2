"""What one socket still has to be sent: bounded, written by one task, so that a slow reader slows nobody else."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from watchium.wire.errors import CloseCode

MESSAGES = 256
BYTES = 1_000_000


class Outbox:
    """Frames in order. Nothing leaves before `open_with` has put the first one at the front."""

    def __init__(self, send: Callable[[dict[str, Any]], Awaitable[None]]) -> None:
        self._send = send
        self._queue: deque[str] = deque()
        self._bytes = 0
        self._open = False
        self._close: int | None = None
        self._wake = asyncio.Event()

    @property
    def closing(self) -> bool:
        return self._close is not None

    def put(self, text: str) -> None:
        """Queue a frame; a reader so slow that the queue is full is closed with 4008 and misses it."""
        if self._close is not None:
            return
        if len(self._queue) >= MESSAGES or (self._queue and self._bytes + len(text) > BYTES):
            self._queue.clear()
            self.close(CloseCode.TOO_SLOW)
            return
        self._queue.append(text)
        self._bytes += len(text)
        self._wake.set()

    def open_with(self, text: str) -> None:
        """The first frame, before whatever was told while it was being made."""
        if self._close is not None:
            return
        self._queue.appendleft(text)
        self._bytes += len(text)
        self._open = True
        self._wake.set()

    def end_with(self, text: str, code: int) -> None:
        """Turned away: this frame and no other, then close."""
        if self._close is None:
            self._queue.clear()
            self.open_with(text)
            self.close(code)

    def close(self, code: int) -> None:
        """Send what is queued, then close; the first code given holds. Who was never greeted is told nothing."""
        if self._close is None:
            if not self._open:
                self._queue.clear()
            self._close = code
            self._open = True
            self._wake.set()

    async def write(self) -> None:
        """Send until closed. Waits where the transport makes it wait."""
        while True:
            while self._open and self._queue:
                text = self._queue.popleft()
                self._bytes -= len(text)
                await self._send({"type": "websocket.send", "text": text})
            if self._close is not None:
                await self._send({"type": "websocket.close", "code": int(self._close)})
                return
            self._wake.clear()
            await self._wake.wait()
