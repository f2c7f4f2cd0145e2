"""uvicorn's WebSocket protocol with a shortcut: whole frames straight to the transport, and whether it can take one.

A message through ASGI is encoded, framed and awaited for each socket alone. A room's event is the same bytes for all of
them, so that `serve` hands the ready frame over. It is offered as an ASGI extension; a server without it (daphne under
`runserver`) serves the same rooms through ordinary `send`, only slower.

The other way it is the same: a message would be parsed by a generator, put into a queue, wake a task, and stop and
start the reading of its socket. Whoever listens is called with the text instead, from where it arrived; only once all
that came before has been taken out of the queue, so that nothing overtakes anything.

What is fixed here besides, each seen with a reader that reads no more: a close that waits for the reader, a connection
that is never given up because something is still unsent, and a traceback for every frame that is no UTF-8.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, Protocol, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from watchium.affinity import Siblings
from watchium.rounds import Rounds
from watchium.wire.cutting import PARTIAL, TEXT, UNKNOWN, payload_of, size_of_first

END_OF_HEAD = b"\r\n\r\n"
EXTENSION = "watchium.shortcut"
AT_ONCE = 32  # frames; one read of the line may bring forty thousand empty ones
LINGER_S = 2.0  # for a close frame to get out, then for the other side's answer


class Writer(Protocol):
    """Whoever writes through a shortcut wants to know when it may and when it may not."""

    def paused(self) -> None: ...

    def resumed(self) -> None: ...

    def lost(self) -> None:
        """The connection is going away; nothing may be written to it any more."""


class Shortcut:
    """What `scope["extensions"]` offers; for use on the event loop only."""

    def __init__(self, protocol: ShortcutProtocol) -> None:
        self._protocol = protocol
        self._closing = protocol.transport.is_closing
        # The transport's own, without a word between, for whoever stops at `paused` and `lost`.
        self.direct = cast("Callable[[bytes], None]", protocol.transport.write)

    def watch(self, writer: Writer) -> None:
        self._protocol.writer = writer

    def listen(self, hear: Callable[[str], None]) -> None:
        """Texts come here as soon as they arrive; what is binary, or waits already, still through `receive`.

        It may not raise.
        """
        if not self._protocol.disconnected:  # else nobody would let go of it
            self._protocol.hear = hear

    @property
    def writable(self) -> bool:
        """Less than 64 KiB wait in the transport."""
        return self._protocol.writable.is_set() and not self._closing()

    def write(self, frame: bytes) -> None:
        """A whole WebSocket frame; nothing happens on a connection that is going away."""
        if not self._closing():
            self.direct(frame)

    def close(self, code: int) -> None:
        """Soon, with a close frame if the reader takes it within two seconds."""
        self._protocol.close_soon(code)


class ShortcutProtocol(WebSocketsSansIOProtocol):
    rounds: ClassVar[Rounds | None] = None
    siblings: ClassVar[Siblings | None] = None  # where several processes serve on one port
    at_home = False  # handed over by a sibling: it stays
    writer: Writer | None = None
    hear: Callable[[str], None] | None = None
    _closing_task: asyncio.Task[None] | None = None
    _heard_s = 0.0
    _cuts = False  # frames here; not where something came that only the full parser knows
    _begun = b""  # of a frame that is not all there, or of more than is heard at once
    _resting = False
    # Kept: a new one each round would be a young object for each socket.
    _look_after: Callable[[], None] | None = None

    async def run_asgi(self) -> None:
        extensions = cast("dict[str, Any]", self.scope["extensions"])
        extensions[EXTENSION] = Shortcut(self)
        await super().run_asgi()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            # Read no more, and a kilobyte and a half for as long as the connection lasts.
            del self.request, self.response

    def data_received(self, data: bytes) -> None:
        self._heard_s = self.loop.time()
        if self._cuts:
            self._begun = self._begun + data if self._begun else data
            if not self._resting:
                self._cut()
        elif self.handshake_initiated:
            super().data_received(data)
        elif not self._goes_home(data):
            super().data_received(data)
            self._cuts = data.endswith(END_OF_HEAD)  # else the parser may stand within a frame already

    def _cut(self) -> None:
        """Each whole frame on its own, so that the full parser always stands between two."""
        data, start = self._begun, 0
        self._begun = b""
        for _ in range(AT_ONCE):
            if start == len(data) or self.transport.is_closing():
                return
            size = size_of_first(data, start)
            if size == PARTIAL:
                self._begun = data[start:]
                return
            if size == UNKNOWN:
                self._cuts = False
                super().data_received(data[start:])
                return
            self._take(data[start : start + size])
            start += size
        if start < len(data):
            self._rest(data[start:])

    def _rest(self, unheard: bytes) -> None:
        """Who says so much at once lets the others have a turn, and is read no further meanwhile."""
        self._begun, self._resting = unheard, True
        self.transport.pause_reading()
        self.loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        self._resting = False
        if self.disconnected or self.transport.is_closing():
            return
        if not self.read_paused:
            self.transport.resume_reading()
        self._cut()

    def _take(self, frame: bytes) -> None:
        at_once = self.hear is not None and not self.close_sent and self.queue.empty()
        if frame[0] != TEXT or not at_once:
            super().data_received(frame)
            return
        if (text := _text([payload_of(frame)])) is None:
            self.conn.fail(1007, "not UTF-8")
            self.handle_parser_exception()
        else:
            cast("Callable[[str], None]", self.hear)(text)

    def _goes_home(self, handshake: bytes) -> bool:
        """A connection whose room lives in another process of this port is handed over, and forgotten here."""
        if self.siblings is None or self.at_home:
            return False
        self.transport.pause_reading()
        if self.siblings.hand_over(self.transport.get_extra_info("socket").fileno(), handshake):
            self.transport.abort()
            return True
        self.transport.resume_reading()
        return False

    def schedule_ping(self) -> None:
        assert self.ping_interval is not None
        self._look_after = self.send_keepalive_ping
        self._look_at(self.loop.time() + self.ping_interval - self.last_ping_rtt)

    def _look_at(self, due_s: float) -> None:
        if (rounds := ShortcutProtocol.rounds) is None or rounds.loop is not self.loop:
            rounds = ShortcutProtocol.rounds = Rounds(self.loop)
        if self._look_after is not None:
            rounds.call_at(due_s, self._look_after)

    def send_keepalive_ping(self) -> None:
        """Only to whom nothing was heard from: heartbeats every three seconds say it as well."""
        if self.disconnected:
            return
        assert self.ping_interval is not None
        due_s = self._heard_s + self.ping_interval
        if self.loop.time() < due_s:
            # Then, not an interval from now: a link that died would be asked up to three seconds late.
            self._look_at(due_s)
        else:
            super().send_keepalive_ping()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.writer is not None:
            self.writer.paused()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.writer is not None:
            self.writer.resumed()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.writer is not None:
            self.writer.lost()
        super().connection_lost(exc)
        # What refers to itself would wait for the garbage collector, which is kept from looking.
        self.writer = self.hear = self._look_after = None
        self.conn.parser.close()
        if self.handshake_initiated:
            cast("dict[str, Any]", self.scope["extensions"]).pop(EXTENSION, None)

    def close_soon(self, code: int) -> None:
        if self._closing_task is None:
            self._closing_task = self.loop.create_task(self._close(code))

    async def _close(self, code: int) -> None:
        try:
            async with asyncio.timeout(LINGER_S):
                await self.send({"type": "websocket.close", "code": code, "reason": ""})
        except (TimeoutError, ClientDisconnected, RuntimeError):
            self.transport.abort()
            return
        # uvicorn would wait ten seconds, and then for the rest of what is unsent.
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(LINGER_S, self.transport.abort)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        # `close` would wait for what is unsent, and nobody reads it.
        self.transport.abort()

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type != "text":
            super().send_receive_event_to_app()
        elif (text := _text(self.frames)) is None:
            self.frames = []
            self.conn.fail(1007, "not UTF-8")
            self.handle_parser_exception()
        elif self.hear is None or self.close_sent or not self.queue.empty():
            super().send_receive_event_to_app()
        else:
            # Not through a queue that a task waits at: that wakes it, and stops and starts reading, for each message.
            self.frames = []
            self.hear(text)


def _text(frames: list[bytes]) -> str | None:
    try:
        return b"".join(frames).decode()
    except UnicodeDecodeError:
        return None
