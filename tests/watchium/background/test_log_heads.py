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
        self.received: list[tuple[str, int, int]] = []

    def deliver(self, frame: Frame) -> None:
        head = json.loads(frame.payload)
        self.received.append((head["room_id"], head["payload"]["revision"], head["payload"]["comment_seq"]))

    def close(self, code: int) -> None: ...


@pytest.fixture(autouse=True)
def without_delay() -> Iterator[None]:
    """Heartbeats of one turn of the loop are answered in one batch."""
    with patch.object(log_heads, "BATCH_DELAY_S", 0):
        log_heads.set_initial("a", Room(revision=3, comment_seq=2, epoch="e"))
        yield


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def test_each_heartbeat_gets_a_response_with_the_log_head():
    alice, bob = Guest(), Guest()
    for guest in (alice, bob, alice):
        log_heads.respond(guest, "a")
    assert alice.received == []
    await settle()
    assert (alice.received, bob.received) == ([("a", 3, 2)] * 2, [("a", 3, 2)])


async def test_an_unknown_room_gets_no_response():
    alice = Guest()
    log_heads.respond(alice, "unknown")
    await settle()
    assert alice.received == []


async def test_many_responses_are_sent_in_slices_and_completely():
    guests = [Guest() for _ in range(50)]
    waiting = []
    with patch.object(log_heads, "TIME_SLICE_S", -1.0):
        for guest in guests:
            log_heads.respond(guest, "a")
        for _ in range(60):
            await asyncio.sleep(0)
            waiting.append(sum(not guest.received for guest in guests))
    assert waiting[-1] == 0
    assert len(set(waiting)) > 25


async def test_a_failing_listener_does_not_stop_later_responses():
    alice, bob = Guest(), Guest()
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    with patch.object(alice, "deliver", side_effect=RuntimeError):
        log_heads.respond(alice, "a")
        await settle()
    log_heads.respond(bob, "a")
    await settle()
    assert bob.received == [("a", 3, 2)]
