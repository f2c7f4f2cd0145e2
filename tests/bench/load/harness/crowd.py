"""Many counting sockets in one process, much cheaper than the servers under load: picows clients on uvloop.

A dialect defines the protocol of a server, listeners define the measurement. All connections go to 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

AT_ONCE = 12  # concurrent handshakes
CONNECT_S = 30.0
TRIES = 5  # a room that many clients join at once may ask some to reconnect (4008)
BURST = 16
MARK = b'"event_id":"t'
DIGITS = 16
# Watchium's event for a pause, for servers that broadcast what they receive.
EVENT = (
    '{"type":"pause","room_id":"k3v8p2m9xq","timestamp":1795219200123.0,"revision":42,"payload":'
    '{"current_time":12.5,"is_playing":false,"rate":1.0,"phase":"paused","duration":5400.0,"media":'
    '{"url":"https://example.org/film.webm","kind":"video","title":"xxxxxx","mime":null},'
    '"user_id":"g_abcdefghjkmnpqrs","username":"Ada","event_id":"t%016d","cause":null,"hold":null}}'
)


@dataclass(frozen=True)
class Dialect:
    """`command`: the publisher's message, with a place for the timestamp. `greeted`: start of a member's first frame.

    `answers` maps frames to their replies: the rest of a handshake, an application-level ping.
    """

    member: str
    publisher: str
    command: str
    greeted: bytes | None = None
    answers: tuple[tuple[bytes, bytes], ...] = ()


def plain(room_id: str) -> Dialect:
    return Dialect(f"/?room={room_id}", f"/?room={room_id}&publish=1", EVENT)


def socket_io(room_id: str) -> Dialect:
    path = f"/socket.io/?EIO=4&transport=websocket&room={room_id}"
    return Dialect(
        path,
        f"{path}&publish=1",
        f'42["say",{EVENT}]',
        greeted=b"40{",
        answers=((b"0{", b"40"), (b"2", b"3")),
    )


def watchium(room_id: str, pad: int = 6) -> Dialect:
    return Dialect(
        f"/ws/rooms/{room_id}/",
        f"/ws/bench/{room_id}/?pad={pad}",
        '{"type":"pause","event_id":"t%016d","payload":{"current_time":12.5}}',
        greeted=b'{"type":"welcome"',
    )


def stamp() -> int:
    """Return nanoseconds of the clock that all processes of this machine share."""
    return time.monotonic_ns()


def stamped_at(payload: bytes) -> int | None:
    """Return the request time of the event, or None for other frames."""
    place = payload.find(MARK)
    return None if place < 0 else int(payload[place + len(MARK) : place + len(MARK) + DIGITS])


class Seat(WSListener):  # type: ignore[misc]  # fetched when the bench runs
    """One member's socket. `hear` gets every frame after the first; `closed_with` is the close code, once closed."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect
        self.greeted: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self.closed_with: int | None = None
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        if self.dialect.greeted is None:
            self.greeted.set_result(b"")

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            payload = frame.get_payload_as_bytes()
            if self.greeted.done():
                self.hear(payload)
            self.answer(payload)
        elif frame.msg_type == WSMsgType.CLOSE:
            self.closed_with = int(frame.get_close_code() or 1005)

    def answer(self, payload: bytes) -> None:
        for begins, answer in self.dialect.answers:
            if payload.startswith(begins) and self.transport is not None:
                self.transport.send(WSMsgType.TEXT, answer)
        if not self.greeted.done() and payload.startswith(self.dialect.greeted or b""):
            self.greeted.set_result(payload)

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.closed_with = self.closed_with or 1006
        if not self.greeted.done():
            self.greeted.set_exception(ConnectionError(f"closed with {self.closed_with} before the greeting"))
            self.greeted.exception()  # retrieved, so that asyncio does not log an unretrieved exception

    def hear(self, payload: bytes) -> None:
        """Do nothing; subclasses override it."""

    def say(self, text: bytes) -> None:
        if self.transport is not None and self.closed_with is None:
            self.transport.send(WSMsgType.TEXT, text)

    def leave(self) -> None:
        if self.transport is not None:
            self.transport.disconnect()


async def enter(address: str, path: str, make: Callable[[], Seat], token: str | None = None) -> Seat:
    """Open one socket and wait for its first frame. Raises OSError, TimeoutError, ConnectionError."""
    headers = {"Authorization": f"Bearer {token}"} if token else None
    _, seat = await ws_connect(
        make,
        address + path,
        extra_headers=headers,
        websocket_handshake_timeout=CONNECT_S,
        read_buffer_init_size=2048,
    )
    await asyncio.wait_for(asyncio.shield(seat.greeted), CONNECT_S)
    return seat


async def enter_all(address: str, guests: Iterable[tuple[str, Callable[[], Seat], str | None]]) -> list[Seat]:
    """Connect all (path, listener, token) in this order, some concurrently; retry those asked to reconnect."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(path: str, make: Callable[[], Seat], token: str | None) -> Seat:
        async with places:
            for _ in range(TRIES - 1):
                with suppress(ConnectionError):
                    return await enter(address, path, make, token)
                await asyncio.sleep(0.2)
            return await enter(address, path, make, token)

    return list(await asyncio.gather(*(one(*guest) for guest in guests)))


async def everybody_leaves(seats: Iterable[Seat]) -> None:
    for seat in seats:
        seat.leave()
    await asyncio.sleep(0.1)


async def at_rate(per_s: float, seconds: float, say: Callable[[], None], rest_s: float = 0.0005) -> int:
    """Call `say` at an even rate and return the number of calls; catch up in bursts of at most BURST when late.

    `rest_s`: minimum pause between bursts. At high rates the shortest pauses would use a core by themselves.
    """
    start, said = time.monotonic(), 0
    while (now := time.monotonic() - start) < seconds:
        burst = min(BURST, int(now * per_s) + 1 - said)
        for _ in range(burst):
            say()
        said += burst
        await asyncio.sleep(max(rest_s, said / per_s - (time.monotonic() - start)))
    return said
