"""What one socket still has to be sent: bounded, so that a slow reader costs little and slows nobody else.

While the transport can take a frame it goes there at once. A reader that is behind gets a queue; when that is full only
the newest of what replaces itself stays in it; when that is not enough, or nothing moves for seconds, the socket is
closed with 4008 and its page comes back to a fresh welcome.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from watchium.protocol.errors import CloseCode
from watchium.realtime.direct_writer import DirectWriter, Write
from watchium.realtime.frames import Frame
from watchium.telemetry import counters

logger = logging.getLogger(__name__)

MESSAGES = 64
MESSAGES_AT_THE_DOOR = 1024
BYTES = 256 * 1024  # the transport holds another 64 KiB, and one frame of any size may be on its way
STALLED_S = 8.0


@dataclass
class Counts:
    """Since this process began."""

    too_slow: int = 0  # sockets closed with 4008
    coalesced: int = 0  # frames left out because a newer one says the same


counts = Counts()
counters.counter("too_slow", lambda: counts.too_slow)
counters.counter("coalesced", lambda: counts.coalesced)

Send = Callable[[dict[str, Any]], Awaitable[None]]


def _no_probe() -> None: ...


class SendQueue:
    """Frames in order. Nothing leaves before `send_first` has put the first one at the front."""

    # One step less to each field, and less of each idle socket.
    __slots__ = (
        "_bytes", "_close", "_open", "_queue", "_send", "_stalled", "_turned", "_writing", "direct", "shortcut",
    )  # fmt: skip

    def __init__(
        self, send: Send, shortcut: DirectWriter | None = None, turned: Callable[[], None] = _no_probe
    ) -> None:
        self._send = send
        self._turned = turned
        self.shortcut = shortcut
        self._queue: list[Frame] = []  # short: a deque would cost each idle socket 700 bytes
        self._bytes = 0
        self._open = False
        self._close: int | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        # Set while a frame may go straight to the transport: open, nothing queued, and it takes one. Who fans out
        # uses it without asking here again, so that `turned` is called whenever it changes.
        self.direct: Write | None = None
        if shortcut is not None:
            shortcut.watch(self)

    @property
    def closing(self) -> bool:
        return self._close is not None

    def put(self, frame: Frame) -> None:
        if self.direct is not None:
            self.direct(frame.wire)
        elif self._close is None:
            self._queue_up(frame)

    def send_first(self, frame: Frame) -> None:
        """The first frame, before whatever was told while it was being made."""
        if self._close is not None:
            return
        self._queue.insert(0, frame)
        self._bytes += len(frame)
        self._open = True
        self._drain()

    def send_last_and_close(self, frame: Frame, code: int) -> None:
        """Turned away: this frame and no other, then close."""
        if self._close is None:
            self._forget()
            self.send_first(frame)
            self.close(code)

    def close(self, code: int) -> None:
        """Send what is queued, then close; the first code given holds. Who was never greeted is told nothing."""
        if self._close is None:
            if not self._open:
                self._forget()
            self._close = code
            self._open = True
            self._turn(None)
            self._drain()

    def end(self) -> None:
        """The connection is gone."""
        self._close = self._close or 0
        self._turn(None)
        self._turned = _no_probe  # it refers back to the socket, and the garbage collector seldom looks
        self._forget()
        if self._writing is not None:
            self._writing.cancel()

    # ------------------------------------------------------------ a reader that is behind

    def _queue_up(self, frame: Frame) -> None:
        if self._full(frame):
            self._keep_newest()
            if self._full(frame):
                self._give_up()
                return
        self._queue.append(frame)
        self._bytes += len(frame)
        if self._open:
            self._drain()

    def _full(self, frame: Frame) -> bool:
        if not self._open:
            # Not slow, only on its way in: whoever arrives with a whole room hears of each who comes.
            return len(self._queue) >= MESSAGES_AT_THE_DOOR or self._bytes + len(frame) > BYTES
        return len(self._queue) >= MESSAGES or (bool(self._queue) and self._bytes + len(frame) > BYTES)

    def _keep_newest(self) -> None:
        """Of what replaces itself the last; everything else stays, in order."""
        kept: list[Frame] = []
        seen: set[str] = set()
        for frame in reversed(self._queue):
            if frame.newest is None or frame.newest not in seen:
                kept.append(frame)
            if frame.newest is not None:
                seen.add(frame.newest)
        counts.coalesced += len(self._queue) - len(kept)
        self._queue = kept[::-1]
        self._bytes = sum(len(frame) for frame in kept)

    def _give_up(self) -> None:
        counts.too_slow += 1
        self._forget()
        self.close(CloseCode.TOO_SLOW)

    def _forget(self) -> None:
        self._queue.clear()
        self._bytes = 0
        self._calm()

    def _calm(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    # ------------------------------------------------------------ to the transport

    def _turn(self, direct: Write | None) -> None:
        if self.direct is not direct:
            self.direct = direct
            self._turned()

    def pause_writing(self) -> None:
        self._turn(None)
        if self._stalled is None:
            self._stalled = asyncio.get_running_loop().call_later(STALLED_S, self._give_up_if_open)

    def connection_lost(self) -> None:
        self._turn(None)

    def resume_writing(self) -> None:
        self._calm()
        if self._open:
            self._drain()

    def _give_up_if_open(self) -> None:
        self._stalled = None
        if self._close is None:
            self._give_up()

    def _drain(self) -> None:
        """Everything queued, as far as the transport takes it; then the close, if there is one."""
        if self.shortcut is None:
            if self._writing is None or self._writing.done():
                self._writing = asyncio.get_running_loop().create_task(self._write())
            return
        while self._queue and self.shortcut.writable:
            self.shortcut.write(self._take().wire)
        if self._close is not None:
            if not self._queue or not self.shortcut.writable:
                self.shortcut.close(self._close)
        elif not self._queue and self.shortcut.writable:
            self._turn(self.shortcut.direct)

    def _take(self) -> Frame:
        frame = self._queue.pop(0)
        self._bytes -= len(frame)
        return frame

    async def _write(self) -> None:
        """Through ordinary sends, for a server without the shortcut. Waits where the transport makes it wait."""
        try:
            while self._queue:
                await self._send({"type": "websocket.send", "text": self._take().text})
            if self._close is not None:
                await self._send({"type": "websocket.close", "code": int(self._close)})
        except Exception as error:  # whatever a server raises when the other side has gone
            logger.debug("a socket ended: %r", error)
            self._forget()
