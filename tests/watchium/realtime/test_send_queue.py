from __future__ import annotations

import asyncio
from unittest.mock import patch

from watchium.realtime import send_queue
from watchium.realtime.frames import Frame
from watchium.realtime.send_queue import SendQueue


class Reader:
    """The other side of a socket behind a plain server: reads when allowed to."""

    def __init__(self) -> None:
        self.sent: list[dict] = []
        self.reading = asyncio.Event()
        self.reading.set()

    async def send(self, message: dict) -> None:
        await self.reading.wait()
        self.sent.append(message)

    @property
    def texts(self) -> list[str]:
        return [message["text"] for message in self.sent if message["type"] == "websocket.send"]


class Transport:
    """A shortcut whose reader reads as long as it is told to; `room` frames fit before it is full."""

    def __init__(self, room: int = 1_000_000) -> None:
        self.room = room
        self.written: list[bytes] = []
        self.closed: list[int] = []
        self.direct = self.write

    def watch(self, writer: SendQueue) -> None:
        self.writer = writer

    @property
    def writable(self) -> bool:
        return len(self.written) < self.room

    def write(self, frame: bytes) -> None:
        self.written.append(frame)
        if not self.writable:
            self.writer.pause_writing()

    def close(self, code: int) -> None:
        self.closed.append(code)

    def read_on(self, room: int = 1_000_000) -> None:
        self.room = len(self.written) + room
        self.writer.resume_writing()

    @property
    def texts(self) -> list[str]:
        return [frame[2:].decode() if frame[1] < 126 else frame[4:].decode() for frame in self.written]


def f(text: str, newest: str | None = None) -> Frame:
    return Frame(text.encode(), newest)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def nothing(message: dict) -> None:
    raise AssertionError("nothing goes the ordinary way where there is a shortcut")


async def test_the_first_frame_comes_before_what_was_told_while_it_was_made():
    reader = Reader()
    box = SendQueue(reader.send)
    box.put(f("early"))
    box.send_first(f("welcome"))
    box.put(f("late"))
    box.close(4012)
    await settle()
    assert reader.texts == ["welcome", "early", "late"]
    assert reader.sent[-1] == {"type": "websocket.close", "code": 4012}


async def test_a_shortcut_gets_the_same_frames_in_the_same_order():
    transport = Transport()
    box = SendQueue(nothing, transport)
    box.put(f("early"))
    transport.read_on()
    assert transport.texts == []
    box.send_first(f("welcome"))
    box.put(f("late"))
    box.close(4012)
    box.put(f("nothing more"))
    assert (transport.texts, transport.closed) == (["welcome", "early", "late"], [4012])


async def test_a_reader_that_does_not_read_is_closed_and_costs_a_bounded_amount():
    reader = Reader()
    reader.reading.clear()
    box = SendQueue(reader.send)
    box.send_first(f("welcome"))
    await settle()
    for _ in range(10_000):
        box.put(f("x" * 1000))
    assert box.closing
    assert not box._queue
    reader.reading.set()
    await settle()
    assert reader.sent[-1]["code"] == 4008


async def test_who_is_still_on_the_way_in_is_not_taken_for_slow():
    transport = Transport()
    box = SendQueue(nothing, transport)
    for number in range(10 * send_queue.MESSAGES):
        box.put(f(f"{number} came"))
    assert not box.closing
    box.send_first(f("welcome"))
    assert len(transport.texts) == 1 + 10 * send_queue.MESSAGES
    assert transport.texts[0] == "welcome"


async def test_nor_waits_at_the_door_without_end():
    box = SendQueue(nothing, Transport())
    for number in range(send_queue.MESSAGES_BEFORE_FIRST + 1):
        box.put(f(f"{number} came"))
    assert box.closing
    assert not box._queue


async def test_behind_a_shortcut_too():
    transport = Transport(room=1)
    box = SendQueue(nothing, transport)
    box.send_first(f("welcome"))
    for number in range(send_queue.MESSAGES):
        box.put(f(str(number)))
    assert not box.closing
    box.put(f("one too many"))
    assert box.closing
    assert not box._queue
    assert transport.closed == [4008]


async def test_who_is_behind_gets_the_newest_state_instead_of_all_of_it():
    transport = Transport(room=1)
    box = SendQueue(nothing, transport)
    box.send_first(f("welcome"))
    box.put(f("bob came"))
    for number in range(1000):
        box.put(f(f"presence {number}", "presence"))
        box.put(f(f"seek {number}", "timeline"))
    assert not box.closing
    transport.read_on()
    assert transport.texts[:2] == ["welcome", "bob came"]
    assert transport.texts[-2:] == ["presence 999", "seek 999"]
    assert len(transport.texts) < 2 + send_queue.MESSAGES
    box.put(f("live again"))
    assert transport.texts[-1] == "live again"


async def test_a_reader_for_whom_nothing_moves_is_closed_after_a_while():
    with patch.object(send_queue, "STALLED_S", 0.0):
        transport = Transport(room=1)
        box = SendQueue(nothing, transport)
        box.send_first(f("welcome"))
        await settle()
        assert transport.closed == [4008]


async def test_a_reader_that_reads_on_in_time_stays():
    transport = Transport(room=1)
    box = SendQueue(nothing, transport)
    box.send_first(f("welcome"))
    assert box._stalled is not None
    transport.read_on()
    assert box._stalled is None
    assert not box.closing


async def test_what_is_queued_leaves_before_the_close():
    transport = Transport(room=1)
    box = SendQueue(nothing, transport)
    box.send_first(f("welcome"))
    box.put(f("last words"))
    box.close(4012)
    transport.read_on()
    assert transport.texts == ["welcome", "last words"]
    assert set(transport.closed) == {4012}


async def test_one_frame_of_any_size_is_sent():
    reader = Reader()
    box = SendQueue(reader.send)
    box.send_first(f("x" * (send_queue.BYTES + 1)))
    box.close(1000)
    await settle()
    assert len(reader.texts) == 1


async def test_the_first_code_given_is_the_one_sent():
    reader = Reader()
    box = SendQueue(reader.send)
    box.close(4503)
    box.close(4012)
    box.put(f("nothing more"))
    await settle()
    assert reader.sent == [{"type": "websocket.close", "code": 4503}]


async def test_whoever_is_turned_away_hears_why_and_nothing_of_the_room():
    reader = Reader()
    box = SendQueue(reader.send)
    box.put(f("told to the room"))
    box.send_last_and_close(f("error"), 4501)
    box.send_first(f("welcome"))
    await settle()
    assert reader.texts == ["error"]


async def test_whoever_is_sent_out_before_the_welcome_hears_nothing():
    reader = Reader()
    box = SendQueue(reader.send)
    box.put(f("told to the room"))
    box.close(4503)
    await settle()
    assert reader.sent == [{"type": "websocket.close", "code": 4503}]


async def test_who_fans_out_learns_when_a_socket_takes_frames_at_once_and_when_not():
    transport = Transport(room=2)
    ways: list[bool] = []
    box = SendQueue(nothing, transport, lambda: ways.append(box.direct is not None))
    box.send_first(f("welcome"))
    box.put(f("fills it"))
    transport.read_on()
    box.close(4012)
    assert ways == [True, False, True, False]
    box.end()
    assert ways == [True, False, True, False]
