from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from watchium.realtime.direct_writer import EXTENSION
from watchium.server.frame_reader import AT_ONCE, FrameReader
from watchium.server.websocket_protocol import CONTROLS, WebSocketProtocol

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

    def write(self, data: bytes) -> None:
        self.written += data

    def pause_reading(self) -> None:
        self.stops += 1

    def resume_reading(self) -> None: ...

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    abort = close


class Listening:
    """A socket that begins to listen when it is told to."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.received: list[dict[str, Any]] = []
        self.may_listen = asyncio.Event()
        config = uvicorn.Config(self, log_config=None, ws_per_message_deflate=False)
        self.protocol = WebSocketProtocol(config, ServerState(), {}, asyncio.get_running_loop())
        self.transport = Transport()
        # In the order of uvicorn's HTTP protocol.
        self.protocol.connection_made(self.transport)
        self.protocol.data_received(HANDSHAKE)
        self.transport.set_protocol(self.protocol)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        shortcut = scope["extensions"][EXTENSION]
        await receive()
        await send({"type": "websocket.accept"})
        await self.may_listen.wait()
        shortcut.listen(self.heard.append)
        while (message := await receive())["type"] != "websocket.disconnect":
            self.received.append(message)
            self.heard.append(message.get("text", "binary"))

    def say(self, *texts: str, opcode: Opcode = Opcode.TEXT) -> None:
        frames = [Frame(opcode, text.encode()).serialize(mask=True) for text in texts]
        self.transport.protocol.data_received(b"".join(frames))


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_what_was_said_before_anybody_listened_comes_first():
    socket = Listening()
    await settle()
    socket.say("1", "2")
    socket.may_listen.set()
    await asyncio.sleep(0)
    socket.say("3")
    await settle()
    socket.say("4")
    assert socket.heard == ["1", "2", "3", "4"]
    socket.protocol.connection_lost(None)
    await settle()


async def test_texts_need_no_task_to_wake_up_and_stop_no_reading():
    socket = Listening()
    socket.may_listen.set()
    await settle()
    socket.say("1", "2")
    assert isinstance(socket.transport.protocol, FrameReader)
    assert socket.heard == ["1", "2"]
    assert (socket.received, socket.transport.stops) == ([], 0)
    socket.protocol.connection_lost(None)
    await settle()


async def test_what_is_no_text_comes_as_everywhere():
    socket = Listening()
    socket.may_listen.set()
    await settle()
    socket.say("1")
    socket.say("bytes", opcode=Opcode.BINARY)
    socket.say("2")
    await settle()
    socket.say("3")
    assert socket.heard == ["1", "binary", "2", "3"]
    socket.protocol.connection_lost(None)
    await settle()


async def test_a_connection_that_went_meanwhile_is_let_go_of():
    socket = Listening()
    await settle()
    socket.protocol.connection_lost(None)
    socket.may_listen.set()
    await settle()
    assert socket.protocol.hear is None
    assert not socket.protocol.tasks


async def test_who_says_much_at_once_is_heard_in_order_and_lets_others_have_a_turn():
    socket = Listening()
    socket.may_listen.set()
    await settle()
    words = [str(number) for number in range(3 * AT_ONCE + 1)]
    socket.say(*words)
    assert socket.heard == words[:AT_ONCE]
    assert socket.transport.stops == 1
    socket.say("more")
    assert len(socket.heard) == AT_ONCE
    await settle()
    assert socket.heard == [*words, "more"]
    socket.protocol.connection_lost(None)
    await settle()


async def test_what_is_left_of_too_much_is_not_heard_on_a_line_that_went():
    socket = Listening()
    socket.may_listen.set()
    await settle()
    socket.say(*["again"] * (AT_ONCE + 1))
    socket.protocol.connection_lost(None)
    await settle()
    assert len(socket.heard) == AT_ONCE


async def test_what_only_the_full_parser_knows_and_all_behind_it_goes_there():
    socket = Listening()
    socket.may_listen.set()
    await settle()
    first, rest = (Frame(opcode, b"in two", fin=fin).serialize(mask=True) for opcode, fin in IN_TWO)
    socket.transport.protocol.data_received(first + rest)
    socket.say("whole")
    assert socket.heard == ["in twoin two", "whole"]
    assert socket.transport.protocol is socket.protocol
    socket.protocol.connection_lost(None)
    await settle()


async def test_pings_and_pongs_without_end_close_the_connection():
    for opcode in (Opcode.PING, Opcode.PONG):
        socket = Listening()
        socket.may_listen.set()
        await settle()
        for _ in range(int(CONTROLS.burst)):
            socket.say("", opcode=opcode)
        assert not socket.transport.closing
        socket.say("", opcode=opcode)
        assert socket.transport.closing
        assert CLOSE_4029 in socket.transport.written
        socket.protocol.connection_lost(None)
        await settle()


async def test_the_same_in_one_piece_is_not_read_to_its_end():
    socket = Listening()
    socket.may_listen.set()
    await settle()
    socket.say(*[""] * 5000, opcode=Opcode.PING)
    await settle()
    assert socket.transport.closing
    assert socket.transport.written.count(A_PONG) == CONTROLS.burst
    socket.protocol.connection_lost(None)
    await settle()


async def test_who_reads_no_pongs_has_none_kept_for_them():
    socket = Listening()
    socket.may_listen.set()
    await settle()
    socket.protocol.pause_writing()
    before = len(socket.transport.written)
    socket.say(*["x" * 125] * 50, opcode=Opcode.PING)
    await settle()
    assert len(socket.transport.written) == before
    socket.protocol.resume_writing()
    socket.say("x", opcode=Opcode.PING)
    assert socket.transport.written[before:] == Frame(Opcode.PONG, b"x").serialize(mask=False)
    socket.protocol.connection_lost(None)
    await settle()
