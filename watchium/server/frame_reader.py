"""Reads WebSocket frames directly from the transport and passes each text to a callback (the fast path).

It stands between the transport and the WebSocket protocol once the handshake is over. Thousands of sockets, served in
turn, do not fit into any processor cache, and the protocol's forty fields lie far apart: the few that every frame needs
are together here, so that a frame touches nothing else of its connection.

Only the frames that browsers send continuously are read here. Everything else goes to the full parser, in whole frames,
so that the parser is always at a frame boundary.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Protocol

from watchium.realtime.direct_writer import OnText
from watchium.server.frame_parser import PARTIAL, PONG, TEXT, UNKNOWN, payload_of, size_of_first

FRAMES_PER_TURN = 32  # one read may bring forty thousand empty ones


class SlowPath(Protocol):
    """The WebSocket protocol with the full parser."""

    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop
    disconnected: bool
    read_paused: bool

    @property
    def fast_path(self) -> OnText | None:
        """The callback for the next text; None while earlier messages wait in the queue."""

    def parse(self, data: bytes) -> None: ...

    def fail_invalid_utf8(self) -> None: ...

    def count_control_frame(self) -> bool:
        """False for too many pings and pongs: the connection is then being closed."""

    def connection_lost(self, exc: Exception | None) -> None: ...

    def pause_writing(self) -> None: ...

    def resume_writing(self) -> None: ...


class FrameReader(asyncio.Protocol):
    """`on_text` is called with each text while no earlier message is queued. `last_received_s` is loop time."""

    __slots__ = ("_buffer", "_slow_path", "_yielding", "last_received_s", "on_text")

    def __init__(self, slow_path: SlowPath) -> None:
        self._slow_path = slow_path
        self.on_text: OnText | None = None
        self.last_received_s = monotonic()
        self._buffer = b""  # an incomplete frame, or frames beyond the limit of one turn
        self._yielding = False

    def data_received(self, data: bytes) -> None:
        self.last_received_s = monotonic()
        if self._buffer:
            self._buffer += data
            if not self._yielding:
                self._read_frames(self._buffer)
        elif size_of_first(data) == len(data):
            self._handle_frame(data)
        else:
            self._read_frames(data)

    def _read_frames(self, data: bytes) -> None:
        self._buffer, start = b"", 0
        for _ in range(FRAMES_PER_TURN):
            if start == len(data) or self._slow_path.transport.is_closing():
                return
            size = size_of_first(data, start)
            if size == PARTIAL:
                self._buffer = data[start:]
                return
            if size == UNKNOWN:
                self._leave_fast_path(data[start:])
                return
            self._handle_frame(data[start : start + size])
            start += size
        if start < len(data):
            self._yield_to_loop(data[start:])

    def _handle_frame(self, frame: bytes) -> None:
        if frame[0] == PONG:
            self._slow_path.count_control_frame()
            return  # it updated `last_received_s`, which is all it is for
        if frame[0] == TEXT and self.on_text is not None:
            try:
                text = payload_of(frame).decode()
            except UnicodeDecodeError:
                self._slow_path.fail_invalid_utf8()
            else:
                self.on_text(text)
            return
        self._slow_path.parse(frame)
        self.on_text = self._slow_path.fast_path

    def _leave_fast_path(self, data: bytes) -> None:
        """Only the full parser understands this frame: it reads the connection from here on."""
        self._slow_path.transport.set_protocol(self._slow_path)  # type: ignore[arg-type]  # also an asyncio.Protocol
        self._slow_path.parse(data)

    def _yield_to_loop(self, unread: bytes) -> None:
        """Let other connections have a turn; pause reading until then."""
        self._buffer, self._yielding = unread, True
        self._slow_path.transport.pause_reading()
        self._slow_path.loop.call_soon(self._resume)

    def _resume(self) -> None:
        self._yielding = False
        if self._slow_path.disconnected or self._slow_path.transport.is_closing():
            return
        if not self._slow_path.read_paused:
            self._slow_path.transport.resume_reading()
        self._read_frames(self._buffer)

    # ------------------------------------------------------------ other callbacks of the transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._slow_path.connection_lost(exc)

    def pause_writing(self) -> None:
        self._slow_path.pause_writing()

    def resume_writing(self) -> None:
        self._slow_path.resume_writing()
