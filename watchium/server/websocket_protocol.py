"""uvicorn's WebSocket protocol with a shortcut: whole frames straight to the transport, and whether it can take one.

A message through ASGI is encoded, framed and awaited for each socket alone. A room's event is the same bytes for all of
them, so that `serve` hands the ready frame over. It is offered as an ASGI extension; a server without it (daphne under
`runserver`) serves the same rooms through ordinary `send`, only slower.

The other way it is the same: a message would be parsed by a generator, put into a queue, wake a task, and stop and
start the reading of its socket. Whoever listens is called with the text instead, from where it arrived
(`watchium/server/frame_reader.py`); only once all that came before has been taken out of the queue, so that nothing
overtakes anything.

Whoever is silent is asked whether they are there. Any word counts as an answer, so that a question needs no number to
be told by, no timer and no parser: an idle socket's cost was mostly these.

What is fixed here besides, each seen with a reader that reads no more: a close that waits for the reader, a connection
that is never given up because something is still unsent, and a traceback for every frame that is no UTF-8. And a
handshake that the WebSocket parser refuses without a word is answered and closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from watchium.protocol.errors import CloseCode
from watchium.realtime.direct_writer import EXTENSION, DirectWriter, OnText, Write, Writer
from watchium.server.affinity import Workers
from watchium.server.frame_reader import FrameReader
from watchium.server.http_protocol import NO_HANDSHAKE, answer_to
from watchium.server.timer_wheel import TimerWheel
from watchium.shared_state.token_bucket import Bucket, Limit, consume

END_OF_HEAD = b"\r\n\r\n"
PING_FRAME = b"\x89\x00"  # a ping that says nothing
CONTROLS = Limit(
    burst=100, per_s=10
)  # pings and pongs of one socket; browsers send a pong every three seconds
LINGER_S = 2.0  # for a close frame to get out, then for the other side's answer


class TransportWriter(DirectWriter):
    """The direct writer that `scope["extensions"]` offers."""

    def __init__(self, protocol: WebSocketProtocol) -> None:
        self._protocol = protocol
        self._closing = protocol.transport.is_closing
        self.direct = cast("Write", protocol.transport.write)

    def watch(self, writer: Writer) -> None:
        self._protocol.writer = writer

    def listen(self, on_text: OnText) -> None:
        self._protocol.listen(on_text)

    @property
    def writable(self) -> bool:
        return self._protocol.writable.is_set() and not self._closing()

    def write(self, frame: bytes) -> None:
        if not self._closing():
            self.direct(frame)

    def close(self, code: int) -> None:
        self._protocol.close_soon(code)


class WebSocketProtocol(WebSocketsSansIOProtocol):
    rounds: ClassVar[TimerWheel | None] = None
    siblings: ClassVar[Workers | None] = None  # where several processes serve on one port
    at_home = False  # handed over by a sibling: it stays
    scope: Any = None  # until there is a handshake that was accepted
    writer: Writer | None = None
    hear: OnText | None = None
    _closing_task: asyncio.Task[None] | None = None
    _at_a_frame = False
    _asked_s = 0.0
    _controls: Bucket | None = None
    # Kept: a new one each round would be a young object for each socket.
    _look_after: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.ear = FrameReader(self)

    async def run_asgi(self) -> None:
        if self._at_a_frame:
            # Not sooner: uvicorn's HTTP protocol sets this one after it has handed over the handshake.
            self.transport.set_protocol(self.ear)
        extensions = cast("dict[str, Any]", self.scope["extensions"])
        extensions[EXTENSION] = TransportWriter(self)
        await super().run_asgi()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            # Read no more, and a kilobyte and a half for as long as the connection lasts.
            del self.request, self.response

    # ------------------------------------------------------------ what is said

    def data_received(self, data: bytes) -> None:
        """The handshake; and all that comes on a line on which something came that only the full parser knows."""
        self.ear.heard_s = self.loop.time()
        if self.handshake_initiated:
            self._at_a_frame = False
            super().data_received(data)
        elif not self._goes_home(data):
            super().data_received(data)
            if self.handshake_initiated:
                self._at_a_frame = data.endswith(END_OF_HEAD)  # else the parser may stand within one already
            else:
                self._refuse_handshake()

    def _refuse_handshake(self) -> None:
        """The parser gave up on it: with an answer that was not sent yet, or without one."""
        self.transport.write(b"".join(self.conn.data_to_send()) or answer_to(NO_HANDSHAKE))
        self.transport.close()

    def listen(self, hear: OnText) -> None:
        if not self.disconnected:  # else nobody would let go of it
            self.hear = hear
            self.ear.hear = self.straight

    @property
    def straight(self) -> OnText | None:
        return self.hear if self.queue.empty() and not self.close_sent else None

    def parse(self, data: bytes) -> None:
        super().data_received(data)

    def not_utf8(self) -> None:
        self.conn.fail(1007, "not UTF-8")
        self.handle_parser_exception()

    def send_receive_event_to_app(self) -> None:
        if self.curr_msg_data_type != "text":
            super().send_receive_event_to_app()
            return
        try:
            text = b"".join(self.frames).decode()
        except UnicodeDecodeError:
            self.frames = []
            self.not_utf8()
            return
        if (hear := self.straight) is None:
            super().send_receive_event_to_app()
        else:
            # Not through a queue that a task waits at: that wakes it, and stops and starts reading, for each message.
            self.frames = []
            hear(text)

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

    # ------------------------------------------------------------ whoever is silent

    def schedule_ping(self) -> None:
        assert self.ping_interval is not None
        self._look_after = self.send_keepalive_ping
        self._look_at(self.loop.time() + self.ping_interval)

    def _look_at(self, due_s: float) -> None:
        if (rounds := WebSocketProtocol.rounds) is None or rounds.loop is not self.loop:
            rounds = WebSocketProtocol.rounds = TimerWheel(self.loop)
        if self._look_after is not None:
            rounds.call_at(due_s, self._look_after)

    def send_keepalive_ping(self) -> None:
        """Only to whom nothing was heard from: heartbeats every three seconds say it as well."""
        if self.disconnected or self.close_sent or self.transport.is_closing():
            return
        assert self.ping_interval is not None
        assert self.ping_timeout is not None
        now_s, heard_s = self.loop.time(), self.ear.heard_s
        if now_s < heard_s + self.ping_interval:
            # Then, not an interval from now: a link that died would be asked up to three seconds late.
            self._look_at(heard_s + self.ping_interval)
        elif self._asked_s <= heard_s:
            self._asked_s = now_s
            self.transport.write(PING_FRAME)
            self._look_at(now_s + self.ping_interval)
        elif now_s < self._asked_s + self.ping_timeout:
            self._look_at(self._asked_s + self.ping_timeout)
        else:
            self.keepalive_timeout()

    def handle_ping(self) -> None:
        """Answered, unless the reader is behind: then it has answers enough to read, and one more waits for ever."""
        answer = b"".join(self.conn.data_to_send())
        if self.may_send_control() and self.writable.is_set():
            self.transport.write(answer)

    def handle_pong(self, event: Frame) -> None:
        """A sign of life, which was noted where it arrived."""
        self.may_send_control()

    def may_send_control(self) -> bool:
        """Whether one more ping or pong is within what any client needs; else the connection is closed."""
        if self.close_sent or self.transport.is_closing():
            return False
        self._controls, wait_ms = consume(self._controls, CONTROLS, self.loop.time() * 1000)
        if wait_ms:
            self.conn.fail(CloseCode.FLOODING, "too many pings")
            self.handle_parser_exception()
            self.close_timer = self.loop.call_later(LINGER_S, self.transport.abort)
            if self.writer is not None:
                self.writer.connection_lost()
        return not wait_ms

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        # `close` would wait for what is unsent, and nobody reads it.
        self.transport.abort()

    # ------------------------------------------------------------ the transport

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.writer is not None:
            self.writer.pause_writing()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.writer is not None:
            self.writer.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.writer is not None:
            self.writer.connection_lost()
        super().connection_lost(exc)
        # What refers to itself would wait for the garbage collector, which is kept from looking.
        self.writer = self.hear = self._look_after = None
        del self.ear
        self.conn.parser.close()
        if self.scope is not None:
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
