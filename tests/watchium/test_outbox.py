from __future__ import annotations

import asyncio

from watchium import outbox
from watchium.outbox import Outbox


class Reader:
    """The other side of a socket: reads when allowed to."""

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


async def written(box: Outbox) -> None:
    async with asyncio.timeout(2):
        await box.write()


async def test_the_first_frame_comes_before_what_was_told_while_it_was_made():
    reader = Reader()
    box = Outbox(reader.send)
    box.put("early")
    box.open_with("welcome")
    box.put("late")
    box.close(4012)
    await written(box)
    assert reader.texts == ["welcome", "early", "late"]
    assert reader.sent[-1] == {"type": "websocket.close", "code": 4012}


async def test_a_reader_that_does_not_read_is_closed_and_costs_a_bounded_amount():
    reader = Reader()
    reader.reading.clear()
    box = Outbox(reader.send)
    box.open_with("welcome")
    writing = asyncio.create_task(written(box))
    await asyncio.sleep(0)
    for _ in range(10_000):
        box.put("x" * 1000)
    assert box.closing
    assert not box._queue
    reader.reading.set()
    await writing
    assert reader.sent[-1]["code"] == 4008


async def test_one_frame_of_any_size_is_sent():
    reader = Reader()
    box = Outbox(reader.send)
    box.open_with("x" * (outbox.BYTES + 1))
    box.close(1000)
    await written(box)
    assert len(reader.texts) == 1


async def test_the_first_code_given_is_the_one_sent():
    reader = Reader()
    box = Outbox(reader.send)
    box.close(4503)
    box.close(4012)
    box.put("nothing more")
    await written(box)
    assert reader.sent == [{"type": "websocket.close", "code": 4503}]


async def test_whoever_is_turned_away_hears_why_and_nothing_of_the_room():
    reader = Reader()
    box = Outbox(reader.send)
    box.put("told to the room")
    box.end_with("error", 4501)
    box.open_with("welcome")
    await written(box)
    assert reader.texts == ["error"]


async def test_whoever_is_sent_out_before_the_welcome_hears_nothing():
    reader = Reader()
    box = Outbox(reader.send)
    box.put("told to the room")
    box.close(4503)
    await written(box)
    assert reader.sent == [{"type": "websocket.close", "code": 4503}]
