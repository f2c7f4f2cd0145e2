from __future__ import annotations

import asyncio
from unittest.mock import patch

from watchium.realtime import send_queue
from watchium.realtime.frames import Frame
from watchium.realtime.send_queue import SendQueue


class Reader:
    """The client of a socket on a server without a direct writer; reads while `reading` is set."""

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
    """A direct writer whose transport takes `capacity` frames before it is full."""

    def __init__(self, capacity: int = 1_000_000) -> None:
        self.capacity = capacity
        self.written: list[bytes] = []
        self.closed: list[int] = []
        self.direct = self.write

    def watch(self, writer: SendQueue) -> None:
        self.writer = writer

    @property
    def writable(self) -> bool:
        return len(self.written) < self.capacity

    def write(self, frame: bytes) -> None:
        self.written.append(frame)
        if not self.writable:
            self.writer.pause_writing()

    def close(self, code: int) -> None:
        self.closed.append(code)

    def read_on(self, capacity: int = 1_000_000) -> None:
        self.capacity = len(self.written) + capacity
        self.writer.resume_writing()

    @property
    def texts(self) -> list[str]:
        return [frame[2:].decode() if frame[1] < 126 else frame[4:].decode() for frame in self.written]


def f(text: str, newest: str | None = None) -> Frame:
    return Frame(text.encode(), newest)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def fail(message: dict) -> None:
    raise AssertionError("with a direct writer nothing is sent through ASGI")


async def test_the_first_frame_is_sent_before_frames_queued_while_it_was_made():
    reader = Reader()
    queue = SendQueue(reader.send)
    queue.put(f("early"))
    queue.send_first(f("welcome"))
    queue.put(f("late"))
    queue.close(4012)
    await settle()
    assert reader.texts == ["welcome", "early", "late"]
    assert reader.sent[-1] == {"type": "websocket.close", "code": 4012}


async def test_a_direct_writer_gets_the_frames_in_order():
    transport = Transport()
    queue = SendQueue(fail, transport)
    queue.put(f("early"))
    transport.read_on()
    assert transport.texts == []
    queue.send_first(f("welcome"))
    queue.put(f("late"))
    queue.close(4012)
    queue.put(f("nothing more"))
    assert (transport.texts, transport.closed) == (["welcome", "early", "late"], [4012])


async def test_a_stalled_reader_is_closed_and_its_queue_is_bounded():
    reader = Reader()
    reader.reading.clear()
    queue = SendQueue(reader.send)
    queue.send_first(f("welcome"))
    await settle()
    for _ in range(10_000):
        queue.put(f("x" * 1000))
    assert queue.closing
    assert not queue._queue
    reader.reading.set()
    await settle()
    assert reader.sent[-1]["code"] == 4008


async def test_a_joining_socket_may_queue_more_frames_than_a_slow_reader():
    transport = Transport()
    queue = SendQueue(fail, transport)
    for number in range(10 * send_queue.MESSAGES):
        queue.put(f(f"{number} came"))
    assert not queue.closing
    queue.send_first(f("welcome"))
    assert len(transport.texts) == 1 + 10 * send_queue.MESSAGES
    assert transport.texts[0] == "welcome"


async def test_the_queue_of_a_joining_socket_is_bounded():
    queue = SendQueue(fail, Transport())
    for number in range(send_queue.MESSAGES_BEFORE_FIRST + 1):
        queue.put(f(f"{number} came"))
    assert queue.closing
    assert not queue._queue


async def test_a_stalled_reader_behind_a_direct_writer_is_closed():
    transport = Transport(capacity=1)
    queue = SendQueue(fail, transport)
    queue.send_first(f("welcome"))
    for number in range(send_queue.MESSAGES):
        queue.put(f(str(number)))
    assert not queue.closing
    queue.put(f("one too many"))
    assert queue.closing
    assert not queue._queue
    assert transport.closed == [4008]


async def test_a_slow_reader_gets_the_newest_state_instead_of_every_state():
    transport = Transport(capacity=1)
    queue = SendQueue(fail, transport)
    queue.send_first(f("welcome"))
    queue.put(f("bob came"))
    for number in range(1000):
        queue.put(f(f"presence {number}", "presence"))
        queue.put(f(f"seek {number}", "timeline"))
    assert not queue.closing
    transport.read_on()
    assert transport.texts[:2] == ["welcome", "bob came"]
    assert transport.texts[-2:] == ["presence 999", "seek 999"]
    assert len(transport.texts) < 2 + send_queue.MESSAGES
    queue.put(f("live again"))
    assert transport.texts[-1] == "live again"


async def test_a_reader_that_stalls_for_too_long_is_closed():
    with patch.object(send_queue, "STALLED_S", 0.0):
        transport = Transport(capacity=1)
        queue = SendQueue(fail, transport)
        queue.send_first(f("welcome"))
        await settle()
        assert transport.closed == [4008]


async def test_a_reader_that_resumes_in_time_stays_connected():
    transport = Transport(capacity=1)
    queue = SendQueue(fail, transport)
    queue.send_first(f("welcome"))
    assert queue._stalled is not None
    transport.read_on()
    assert queue._stalled is None
    assert not queue.closing


async def test_queued_frames_are_sent_before_the_close():
    transport = Transport(capacity=1)
    queue = SendQueue(fail, transport)
    queue.send_first(f("welcome"))
    queue.put(f("last words"))
    queue.close(4012)
    transport.read_on()
    assert transport.texts == ["welcome", "last words"]
    assert set(transport.closed) == {4012}


async def test_one_frame_of_any_size_is_sent():
    reader = Reader()
    queue = SendQueue(reader.send)
    queue.send_first(f("x" * (send_queue.BYTES + 1)))
    queue.close(1000)
    await settle()
    assert len(reader.texts) == 1


async def test_the_first_close_code_wins():
    reader = Reader()
    queue = SendQueue(reader.send)
    queue.close(4503)
    queue.close(4012)
    queue.put(f("nothing more"))
    await settle()
    assert reader.sent == [{"type": "websocket.close", "code": 4503}]


async def test_a_rejected_socket_gets_the_error_and_no_event_of_the_room():
    reader = Reader()
    queue = SendQueue(reader.send)
    queue.put(f("room event"))
    queue.send_last_and_close(f("error"), 4501)
    queue.send_first(f("welcome"))
    await settle()
    assert reader.texts == ["error"]


async def test_a_socket_closed_before_the_welcome_gets_no_event():
    reader = Reader()
    queue = SendQueue(reader.send)
    queue.put(f("room event"))
    queue.close(4503)
    await settle()
    assert reader.sent == [{"type": "websocket.close", "code": 4503}]


async def test_the_hub_learns_when_a_socket_starts_and_stops_taking_frames_directly():
    transport = Transport(capacity=2)
    states: list[bool] = []
    queue = SendQueue(fail, transport, lambda: states.append(queue.direct is not None))
    queue.send_first(f("welcome"))
    queue.put(f("fills it"))
    transport.read_on()
    queue.close(4012)
    assert states == [True, False, True, False]
    queue.end()
    assert states == [True, False, True, False]
