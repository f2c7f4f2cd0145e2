from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from rooms.models import Room
from watchium.background import log_heads
from watchium.realtime.frames import Frame


class Guest:
    direct = None

    def __init__(self) -> None:
        self.heard: list[tuple[str, int, int]] = []

    def deliver(self, frame: Frame) -> None:
        head = json.loads(frame.payload)
        self.heard.append((head["room_id"], head["payload"]["revision"], head["payload"]["comment_seq"]))

    def close(self, code: int) -> None: ...


@pytest.fixture(autouse=True)
def at_once() -> Iterator[None]:
    """Whoever asks within the same turn of the loop is answered together."""
    with patch.object(log_heads, "TOGETHER_S", 0):
        log_heads.forget_all()
        log_heads.know("a", Room(revision=3, comment_seq=2, epoch="e"))
        yield
        log_heads.forget_all()


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_whoever_asks_is_told_where_the_log_ends_and_as_often():
    alice, bob = Guest(), Guest()
    for guest in (alice, bob, alice):
        log_heads.answer(guest, "a")
    assert alice.heard == []
    await settle()
    assert (alice.heard, bob.heard) == ([("a", 3, 2)] * 2, [("a", 3, 2)])


async def test_of_a_room_never_looked_at_nothing_is_told():
    alice = Guest()
    log_heads.answer(alice, "unknown")
    await settle()
    assert alice.heard == []


async def test_many_are_answered_in_pieces_and_all_of_them():
    guests = [Guest() for _ in range(50)]
    waiting = []
    with patch.object(log_heads, "PIECE_S", -1.0):
        for guest in guests:
            log_heads.answer(guest, "a")
        for _ in range(60):
            await asyncio.sleep(0)
            waiting.append(sum(not guest.heard for guest in guests))
    assert waiting[-1] == 0
    assert len(set(waiting)) > 25


async def test_one_that_breaks_takes_no_answer_from_who_asks_next():
    alice, bob = Guest(), Guest()
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    with patch.object(alice, "deliver", side_effect=RuntimeError):
        log_heads.answer(alice, "a")
        await settle()
    log_heads.answer(bob, "a")
    await settle()
    assert bob.heard == [("a", 3, 2)]
