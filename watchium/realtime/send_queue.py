"""The queue of frames for one socket: bounded, so that a slow reader costs little memory and delays no other socket.

A frame goes to the transport at once while the transport accepts it. A slow reader gets a queue; when that is full,
older frames that a newer one replaces are dropped from it. If that is not enough, or nothing moves for seconds, the
socket is closed with 4008 and its page reconnects to a new welcome.
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
MESSAGES_BEFORE_FIRST = 1024
BYTES = 256 * 1024  # the transport holds another 64 KiB, and one frame of any size may be in transit
STALLED_S = 8.0


@dataclass
class Counts:
    """Counted since the start of this process."""

    too_slow: int = 0  # sockets closed with 4008
    coalesced: int = 0  # frames dropped because a newer one replaces them


counts = Counts()
counters.counter("too_slow", lambda: counts.too_slow)
counters.counter("coalesced", lambda: counts.coalesced)

Send = Callable[[dict[str, Any]], Awaitable[None]]


def _ignore() -> None: ...


class SendQueue:
    """Frames in order. Nothing is sent before `send_first` has put the first frame at the front."""

    # Slots: faster access, and less memory for each idle socket.
    __slots__ = (
        "_bytes", "_close", "_on_direct_change", "_open", "_queue", "_send", "_stalled", "_writing", "direct",
        "writer",
    )  # fmt: skip

    def __init__(
        self,
        send: Send,
        writer: DirectWriter | None = None,
        on_direct_change: Callable[[], None] = _ignore,
    ) -> None:
        self._send = send
        self._on_direct_change = on_direct_change
        self.writer = writer
        self._queue: list[Frame] = []  # short: a deque would cost each idle socket 700 bytes
        self._bytes = 0
        self._open = False
        self._close: int | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._writing: asyncio.Task[None] | None = None
        # Set while a frame may go directly to the transport: open, nothing queued, and the transport accepts it. The
        # hub keeps it and does not read it for each frame, so `on_direct_change` is called at every change.
        self.direct: Write | None = None
        if writer is not None:
            writer.watch(self)

    @property
    def closing(self) -> bool:
        return self._close is not None

    def put(self, frame: Frame) -> None:
        if self.direct is not None:
            self.direct(frame.wire)
        elif self._close is None:
            self._enqueue(frame)

    def send_first(self, frame: Frame) -> None:
        """Send this frame before those that were queued while it was being made."""
        if self._close is not None:
            return
        self._queue.insert(0, frame)
        self._bytes += len(frame)
        self._open = True
        self._flush()

    def send_last_and_close(self, frame: Frame, code: int) -> None:
        """Reject the socket: send this frame and no other, then close."""
        if self._close is None:
            self._clear()
            self.send_first(frame)
            self.close(code)

    def close(self, code: int) -> None:
        """Send the queued frames, then close; the first code wins. Without a first frame nothing is sent."""
        if self._close is None:
            if not self._open:
                self._clear()
            self._close = code
            self._open = True
            self._set_direct(None)
            self._flush()

    def end(self) -> None:
        """Release everything: the connection is gone."""
        self._close = self._close or 0
        self._set_direct(None)
        self._on_direct_change = _ignore  # it refers back to the socket, and garbage collection is rare
        self._clear()
        if self._writing is not None:
            self._writing.cancel()

    # ------------------------------------------------------------ a slow reader

    def _enqueue(self, frame: Frame) -> None:
        if self._is_full(frame):
            self._coalesce()
            if self._is_full(frame):
                self._give_up()
                return
        self._queue.append(frame)
        self._bytes += len(frame)
        if self._open:
            self._flush()

    def _is_full(self, frame: Frame) -> bool:
        if not self._open:
            # Not slow, still joining: a member who joins together with a whole room gets an event for each of them.
            return len(self._queue) >= MESSAGES_BEFORE_FIRST or self._bytes + len(frame) > BYTES
        return len(self._queue) >= MESSAGES or (bool(self._queue) and self._bytes + len(frame) > BYTES)

    def _coalesce(self) -> None:
        """Keep only the newest frame of each `newest` key; all others stay, in order."""
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
        self._clear()
        self.close(CloseCode.TOO_SLOW)

    def _clear(self) -> None:
        self._queue.clear()
        self._bytes = 0
        self._cancel_stall_timer()

    def _cancel_stall_timer(self) -> None:
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    # ------------------------------------------------------------ the transport

    def _set_direct(self, direct: Write | None) -> None:
        if self.direct is not direct:
            self.direct = direct
            self._on_direct_change()

    def pause_writing(self) -> None:
        self._set_direct(None)
        if self._stalled is None:
            self._stalled = asyncio.get_running_loop().call_later(STALLED_S, self._give_up_if_open)

    def connection_lost(self) -> None:
        self._set_direct(None)

    def resume_writing(self) -> None:
        self._cancel_stall_timer()
        if self._open:
            self._flush()

    def _give_up_if_open(self) -> None:
        self._stalled = None
        if self._close is None:
            self._give_up()

    def _flush(self) -> None:
        """Write the queued frames as far as the transport accepts them, then close if requested."""
        if self.writer is None:
            if self._writing is None or self._writing.done():
                self._writing = asyncio.get_running_loop().create_task(self._write())
            return
        while self._queue and self.writer.writable:
            self.writer.write(self._pop().wire)
        if self._close is not None:
            if not self._queue or not self.writer.writable:
                self.writer.close(self._close)
        elif not self._queue and self.writer.writable:
            self._set_direct(self.writer.direct)

    def _pop(self) -> Frame:
        frame = self._queue.pop(0)
        self._bytes -= len(frame)
        return frame

    async def _write(self) -> None:
        """Write through ASGI `send`, for servers without a direct writer; waits while the transport is full."""
        try:
            while self._queue:
                await self._send({"type": "websocket.send", "text": self._pop().text})
            if self._close is not None:
                await self._send({"type": "websocket.close", "code": int(self._close)})
        except Exception as error:  # servers raise different errors when the client is gone
            logger.debug("a socket ended: %r", error)
            self._clear()
