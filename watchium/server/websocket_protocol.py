"""uvicorn's WebSocket protocol with a fast path in both directions.

Outgoing: a message through ASGI is encoded, framed and awaited for each socket alone. A room's event is the same bytes
for all of them, so `serve` writes the ready frame to each transport, through an ASGI extension (the direct writer). A
server without it (daphne under `runserver`) serves the same rooms through ordinary `send`, only slower.

Incoming: uvicorn would parse a message with a generator, put it into a queue, wake a task, and pause and resume
reading. Instead a callback receives the text as it arrives (`watchium/server/frame_reader.py`), once all earlier
messages were taken from the queue, so that the order is kept.

Keepalive: a silent client is pinged. Any received data counts as the response, so that a ping needs no identifier, no
timer and no parser: these were most of the cost of an idle socket.

Also fixed here, each observed with a client that stopped reading: a close that waits for that client, a connection that
is never given up because something is still unsent, and a traceback for every frame that is not UTF-8. A handshake that
the WebSocket parser rejects without a response is answered and closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from watchium.process_state import process_state
from watchium.protocol.errors import CloseCode
from watchium.realtime.direct_writer import EXTENSION, DirectWriter, OnText, Write, Writer
from watchium.server.affinity import Workers
from watchium.server.frame_reader import FrameReader
from watchium.server.http_protocol import NO_HANDSHAKE, encode_response
from watchium.server.timer_wheel import TimerWheel
from watchium.shared_state.token_bucket import Bucket, Limit, consume

END_OF_HEADERS = b"\r\n\r\n"
PING_FRAME = b"\x89\x00"  # without a payload
CONTROL_FRAMES = Limit(
    burst=100, per_s=10
)  # pings and pongs of one socket; browsers send a pong every three seconds
LINGER_S = 2.0  # for a close frame to get out, then for the reply of the other side


@dataclass
class _State:
    timer_wheel: TimerWheel | None = None
    workers: Workers | None = None  # if several processes serve on one port


state = process_state(_State)


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
    handed_over = False  # by another worker: it stays here
    scope: Any = None  # until a handshake was accepted
    writer: Writer | None = None
    on_text: OnText | None = None
    _closing_task: asyncio.Task[None] | None = None
    _at_frame_boundary = False
    _pinged_s = 0.0
    _controls: Bucket | None = None
    # The bound method is stored: a new one for each check would be a young object for each socket.
    _keepalive: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.reader = FrameReader(self)

    async def run_asgi(self) -> None:
        if self._at_frame_boundary:
            # Not sooner: uvicorn's HTTP protocol sets this one after it has passed on the handshake.
            self.transport.set_protocol(self.reader)
        extensions = cast("dict[str, Any]", self.scope["extensions"])
        extensions[EXTENSION] = TransportWriter(self)
        await super().run_asgi()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.accept":
            # Not read any more, and a kilobyte and a half for as long as the connection lasts.
            del self.request, self.response

    # ------------------------------------------------------------ received data

    def data_received(self, data: bytes) -> None:
        """The handshake; and everything on a connection that has left the fast path."""
        self.reader.last_received_s = self.loop.time()
        if self.handshake_initiated:
            self._at_frame_boundary = False
            super().data_received(data)
        elif not self._hand_over(data):
            super().data_received(data)
            if self.handshake_initiated:
                self._at_frame_boundary = data.endswith(
                    END_OF_HEADERS
                )  # else the parser may be within a frame
            else:
                self._reject_handshake()

    def _reject_handshake(self) -> None:
        """The parser rejected it: with a response that was not sent yet, or without one."""
        self.transport.write(b"".join(self.conn.data_to_send()) or encode_response(NO_HANDSHAKE))
        self.transport.close()

    def listen(self, on_text: OnText) -> None:
        if not self.disconnected:  # else nothing would release the callback
            self.on_text = on_text
            self.reader.on_text = self.fast_path

    @property
    def fast_path(self) -> OnText | None:
        return self.on_text if self.queue.empty() and not self.close_sent else None

    def parse(self, data: bytes) -> None:
        super().data_received(data)

    def fail_invalid_utf8(self) -> None:
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
            self.fail_invalid_utf8()
            return
        if (on_text := self.fast_path) is None:
            super().send_receive_event_to_app()
        else:
            # Not through the queue, which would wake a task and pause and resume reading for each message.
            self.frames = []
            on_text(text)

    def _hand_over(self, handshake: bytes) -> bool:
        """Send a connection whose room another worker owns to that worker, and drop it here. False: it stays."""
        if state.workers is None or self.handed_over:
            return False
        self.transport.pause_reading()
        if state.workers.hand_over(self.transport.get_extra_info("socket").fileno(), handshake):
            self.transport.abort()
            return True
        self.transport.resume_reading()
        return False

    # ------------------------------------------------------------ keepalive

    def schedule_ping(self) -> None:
        assert self.ping_interval is not None
        self._keepalive = self.send_keepalive_ping
        self._check_at(self.loop.time() + self.ping_interval)

    def _check_at(self, due_s: float) -> None:
        if (wheel := state.timer_wheel) is None or wheel.loop is not self.loop:
            wheel = state.timer_wheel = TimerWheel(self.loop)
        if self._keepalive is not None:
            wheel.call_at(due_s, self._keepalive)

    def send_keepalive_ping(self) -> None:
        """Ping only a client that was silent: a heartbeat every three seconds shows as much."""
        if self.disconnected or self.close_sent or self.transport.is_closing():
            return
        assert self.ping_interval is not None
        assert self.ping_timeout is not None
        now_s, received_s = self.loop.time(), self.reader.last_received_s
        if now_s < received_s + self.ping_interval:
            # At that time, not an interval from now: a dead link would be pinged up to three seconds late.
            self._check_at(received_s + self.ping_interval)
        elif self._pinged_s <= received_s:
            self._pinged_s = now_s
            self.transport.write(PING_FRAME)
            self._check_at(now_s + self.ping_interval)
        elif now_s < self._pinged_s + self.ping_timeout:
            self._check_at(self._pinged_s + self.ping_timeout)
        else:
            self.keepalive_timeout()

    def handle_ping(self) -> None:
        """Answer, unless the client is behind in reading: one more pong would only wait with the others."""
        pong = b"".join(self.conn.data_to_send())
        if self.count_control_frame() and self.writable.is_set():
            self.transport.write(pong)

    def handle_pong(self, event: Frame) -> None:
        """Only count it: its arrival already updated `last_received_s`."""
        self.count_control_frame()

    def count_control_frame(self) -> bool:
        """Whether one more ping or pong is within the limit, which no normal client reaches; else close."""
        if self.close_sent or self.transport.is_closing():
            return False
        self._controls, wait_ms = consume(self._controls, CONTROL_FRAMES, self.loop.time() * 1000)
        if wait_ms:
            self.conn.fail(CloseCode.FLOODING, "too many pings")
            self.handle_parser_exception()
            self.close_timer = self.loop.call_later(LINGER_S, self.transport.abort)
            if self.writer is not None:
                self.writer.connection_lost()
        return not wait_ms

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        # `close` would wait for unsent data, which the client does not read.
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
        # A reference cycle would wait for the garbage collector, which seldom runs.
        self.writer = self.on_text = self._keepalive = None
        del self.reader
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
        # uvicorn would wait ten seconds, and then for the unsent rest.
        if self.close_timer is not None:
            self.close_timer.cancel()
            self.close_timer = self.loop.call_later(LINGER_S, self.transport.abort)
