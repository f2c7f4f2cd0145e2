"""What a socket says, from where it arrives: cut into frames, and each text to whoever listens.

Stands between the transport and the WebSocket protocol once the handshake is over. Thousands of sockets in turn fit
into no cache, and the protocol's forty fields lie far apart: the few that every frame needs are together here, so that
a frame touches nothing else of its connection.

Only what browsers say all day is understood; everything else goes to the full parser, whole frames of it, so that it
always stands between two.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Protocol

from watchium.realtime.direct_writer import OnText
from watchium.server.frame_parser import PARTIAL, PONG, TEXT, UNKNOWN, payload_of, size_of_first

AT_ONCE = 32  # frames; one read of the line may bring forty thousand empty ones


class Full(Protocol):
    """The protocol behind it, which knows every rule."""

    transport: asyncio.Transport
    loop: asyncio.AbstractEventLoop
    disconnected: bool
    read_paused: bool

    @property
    def straight(self) -> OnText | None:
        """Who is called with the next text; None while something said before it waits in the queue."""

    def parse(self, data: bytes) -> None: ...

    def not_utf8(self) -> None: ...

    def may_send_control(self) -> bool:
        """False for too many pings and pongs: then the connection is being closed."""

    def connection_lost(self, exc: Exception | None) -> None: ...

    def pause_writing(self) -> None: ...

    def resume_writing(self) -> None: ...


class FrameReader(asyncio.Protocol):
    """`hear` is called with each text while nothing waits in front of it. `heard_s`: of the loop's clock."""

    __slots__ = ("_begun", "_full", "_resting", "hear", "heard_s")

    def __init__(self, full: Full) -> None:
        self._full = full
        self.hear: OnText | None = None
        self.heard_s = monotonic()
        self._begun = b""  # of a frame that is not all there, or of more than is heard at once
        self._resting = False

    def data_received(self, data: bytes) -> None:
        self.heard_s = monotonic()
        if self._begun:
            self._begun += data
            if not self._resting:
                self._cut(self._begun)
        elif size_of_first(data) == len(data):
            self._take(data)
        else:
            self._cut(data)

    def _cut(self, data: bytes) -> None:
        self._begun, start = b"", 0
        for _ in range(AT_ONCE):
            if start == len(data) or self._full.transport.is_closing():
                return
            size = size_of_first(data, start)
            if size == PARTIAL:
                self._begun = data[start:]
                return
            if size == UNKNOWN:
                self._give_way(data[start:])
                return
            self._take(data[start : start + size])
            start += size
        if start < len(data):
            self._rest(data[start:])

    def _take(self, frame: bytes) -> None:
        if frame[0] == PONG:
            self._full.may_send_control()
            return  # a sign of life, which was noted
        if frame[0] == TEXT and self.hear is not None:
            try:
                text = payload_of(frame).decode()
            except UnicodeDecodeError:
                self._full.not_utf8()
            else:
                self.hear(text)
            return
        self._full.parse(frame)
        self.hear = self._full.straight

    def _give_way(self, data: bytes) -> None:
        """Something only the full parser knows: from here on all is for it."""
        self._full.transport.set_protocol(self._full)  # type: ignore[arg-type]  # it is an asyncio.Protocol too
        self._full.parse(data)

    def _rest(self, unheard: bytes) -> None:
        """Who says so much at once lets the others have a turn, and is read no further meanwhile."""
        self._begun, self._resting = unheard, True
        self._full.transport.pause_reading()
        self._full.loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        self._resting = False
        if self._full.disconnected or self._full.transport.is_closing():
            return
        if not self._full.read_paused:
            self._full.transport.resume_reading()
        self._cut(self._begun)

    # ------------------------------------------------------------ what else a transport says

    def connection_lost(self, exc: Exception | None) -> None:
        self._full.connection_lost(exc)

    def pause_writing(self) -> None:
        self._full.pause_writing()

    def resume_writing(self) -> None:
        self._full.resume_writing()
