from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from watchium.realtime.direct_writer import EXTENSION
from watchium.server.frame_reader import FRAMES_PER_TURN, FrameReader
from watchium.server.websocket_protocol import CONTROL_FRAMES, WebSocketProtocol

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


CLOSE_4029 = (4029).to_bytes(2, "big")
A_PONG = b"\x8a\x00"
IN_TWO = ((Opcode.TEXT, False), (Opcode.CONT, True))


class Transport(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.stops = 0
        self.closing = False
        self.protocol: asyncio.BaseProtocol | None = None

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    def write(self, data: bytes) -> None:  # type: ignore[override]
        self.written += data

    def pause_reading(self) -> None:
        self.stops += 1

    def resume_reading(self) -> None: ...

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    abort = close


class ListeningSocket:
    """A socket that starts to listen when the test sets `may_listen`."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.messages: list[dict[str, Any]] = []
        self.may_listen = asyncio.Event()
        config = uvicorn.Config(self, log_config=None, ws_per_message_deflate=False)
        self.protocol = WebSocketProtocol(config, ServerState(), {}, asyncio.get_running_loop())
        self.transport = Transport()
        # In the order of uvicorn's HTTP protocol.
        self.protocol.connection_made(self.transport)
        self.protocol.data_received(HANDSHAKE)
        self.transport.set_protocol(self.protocol)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        writer = scope["extensions"][EXTENSION]
        await receive()
        await send({"type": "websocket.accept"})
        await self.may_listen.wait()
        writer.listen(self.texts.append)
        while (message := await receive())["type"] != "websocket.disconnect":
            self.messages.append(message)
            self.texts.append(message.get("text", "binary"))

    def send(self, *texts: str, opcode: Opcode = Opcode.TEXT) -> None:
        frames = [Frame(opcode, text.encode()).serialize(mask=True) for text in texts]
        self.transport.protocol.data_received(b"".join(frames))  # type: ignore[attr-defined]


async def run_loop() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_texts_received_before_listening_come_first():
    socket = ListeningSocket()
    await run_loop()
    socket.send("1", "2")
    socket.may_listen.set()
    await asyncio.sleep(0)
    socket.send("3")
    await run_loop()
    socket.send("4")
    assert socket.texts == ["1", "2", "3", "4"]
    socket.protocol.connection_lost(None)
    await run_loop()


async def test_texts_wake_no_task_and_do_not_pause_reading():
    socket = ListeningSocket()
    socket.may_listen.set()
    await run_loop()
    socket.send("1", "2")
    assert isinstance(socket.transport.protocol, FrameReader)
    assert socket.texts == ["1", "2"]
    assert (socket.messages, socket.transport.stops) == ([], 0)
    socket.protocol.connection_lost(None)
    await run_loop()


async def test_binary_messages_come_through_receive():
    socket = ListeningSocket()
    socket.may_listen.set()
    await run_loop()
    socket.send("1")
    socket.send("bytes", opcode=Opcode.BINARY)
    socket.send("2")
    await run_loop()
    socket.send("3")
    assert socket.texts == ["1", "binary", "2", "3"]
    socket.protocol.connection_lost(None)
    await run_loop()


async def test_listening_on_a_closed_connection_keeps_no_reference():
    socket = ListeningSocket()
    await run_loop()
    socket.protocol.connection_lost(None)
    socket.may_listen.set()
    await run_loop()
    assert socket.protocol.on_text is None
    assert not socket.protocol.tasks


async def test_many_texts_at_once_are_received_in_order_over_several_turns():
    socket = ListeningSocket()
    socket.may_listen.set()
    await run_loop()
    texts = [str(number) for number in range(3 * FRAMES_PER_TURN + 1)]
    socket.send(*texts)
    assert socket.texts == texts[:FRAMES_PER_TURN]
    assert socket.transport.stops == 1
    socket.send("more")
    assert len(socket.texts) == FRAMES_PER_TURN
    await run_loop()
    assert socket.texts == [*texts, "more"]
    socket.protocol.connection_lost(None)
    await run_loop()


async def test_texts_left_for_later_turns_are_dropped_when_the_connection_closes():
    socket = ListeningSocket()
    socket.may_listen.set()
    await run_loop()
    socket.send(*["again"] * (FRAMES_PER_TURN + 1))
    socket.protocol.connection_lost(None)
    await run_loop()
    assert len(socket.texts) == FRAMES_PER_TURN


async def test_a_fragmented_message_and_everything_after_it_goes_to_the_full_parser():
    socket = ListeningSocket()
    socket.may_listen.set()
    await run_loop()
    first, rest = (Frame(opcode, b"in two", fin=fin).serialize(mask=True) for opcode, fin in IN_TWO)
    socket.transport.protocol.data_received(first + rest)  # type: ignore[attr-defined]
    socket.send("whole")
    assert socket.texts == ["in twoin two", "whole"]
    assert socket.transport.protocol is socket.protocol
    socket.protocol.connection_lost(None)
    await run_loop()


async def test_too_many_pings_or_pongs_close_the_connection():
    for opcode in (Opcode.PING, Opcode.PONG):
        socket = ListeningSocket()
        socket.may_listen.set()
        await run_loop()
        for _ in range(int(CONTROL_FRAMES.burst)):
            socket.send("", opcode=opcode)
        assert not socket.transport.closing
        socket.send("", opcode=opcode)
        assert socket.transport.closing
        assert CLOSE_4029 in socket.transport.written
        socket.protocol.connection_lost(None)
        await run_loop()


async def test_too_many_pings_in_one_read_close_the_connection():
    socket = ListeningSocket()
    socket.may_listen.set()
    await run_loop()
    socket.send(*[""] * 5000, opcode=Opcode.PING)
    await run_loop()
    assert socket.transport.closing
    assert socket.transport.written.count(A_PONG) == CONTROL_FRAMES.burst
    socket.protocol.connection_lost(None)
    await run_loop()


async def test_no_pongs_are_queued_for_a_client_that_does_not_read():
    socket = ListeningSocket()
    socket.may_listen.set()
    await run_loop()
    socket.protocol.pause_writing()
    before = len(socket.transport.written)
    socket.send(*["x" * 125] * 50, opcode=Opcode.PING)
    await run_loop()
    assert len(socket.transport.written) == before
    socket.protocol.resume_writing()
    socket.send("x", opcode=Opcode.PING)
    assert socket.transport.written[before:] == Frame(Opcode.PONG, b"x").serialize(mask=False)
    socket.protocol.connection_lost(None)
    await run_loop()
