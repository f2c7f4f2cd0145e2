from __future__ import annotations

import asyncio
from threading import Barrier
from types import SimpleNamespace
from typing import Any

import pytest

from watchium.protocol.events import CustomEvent, Reaction, SentReaction
from watchium.protocol.replies import Head, HeadState
from watchium.realtime import hub as fanout
from watchium.realtime.frames import Frame, frame_of
from watchium.realtime.groups import room_group
from watchium.services import mailboxes
from watchium.services.mailboxes import MAX_EVENTS, Mailbox, collect

HEAD = Head(room_id="r", timestamp=1.0, payload=HeadState(revision=1, comment_seq=0, epoch="e"))


def reaction(at_ms: float) -> Frame:
    reacted = SentReaction(user_id="g_bob", username="Bob", emoji="🎉")
    return frame_of(Reaction(room_id="r", timestamp=at_ms, payload=reacted))


def custom(at_ms: float) -> Frame:
    return frame_of(CustomEvent(type="fireworks", room_id="r", timestamp=at_ms, payload={}))


def test_a_mailbox_holds_unlogged_events_once_and_in_order():
    mailbox = Mailbox([])
    for frame in (reaction(1.0), frame_of(HEAD), custom(2.0), Frame(b"{}", head=(4, 0)), reaction(3.0)):
        mailbox.deliver(frame)
    assert [b"fireworks" in bytes(event) for event in mailbox.since(0.0)] == [False, True, False]
    assert len(mailbox.since(2.0)) == 1
    assert mailbox.since(3.0) == []


def test_a_mailbox_holds_only_the_last_events():
    mailbox = Mailbox([])
    for number in range(1000):
        mailbox.deliver(reaction(float(number)))
    assert len(mailbox.since(-1.0)) == MAX_EVENTS


async def test_a_mailbox_listens_from_the_first_poll_until_polls_stop(monkeypatch: pytest.MonkeyPatch):
    periods: asyncio.Queue[None] = asyncio.Queue()
    monkeypatch.setattr(mailboxes, "idle_period", periods.get)
    member: Any = SimpleNamespace(pk=4, room=SimpleNamespace(room_id="r"))
    hub = fanout.hub()
    room = room_group("r")
    assert collect(member, None) == []
    while room not in hub.groups:  # noqa: ASYNC110
        await asyncio.sleep(0)
    hub.deliver(room, reaction(5.0))
    assert len(collect(member, 4.0)) == 1
    periods.put_nowait(None)
    periods.put_nowait(None)
    while room in hub.groups:  # noqa: ASYNC110
        await asyncio.sleep(0)
    assert mailboxes._state.mailboxes == {}


async def test_of_two_concurrent_first_polls_one_starts_to_listen(monkeypatch: pytest.MonkeyPatch):
    started: list[Mailbox] = []

    def start(coroutine: Any, _loop: Any) -> None:
        started.append(coroutine.cr_frame.f_locals["mailbox"])
        coroutine.close()

    monkeypatch.setattr(asyncio, "run_coroutine_threadsafe", start)
    fanout.hub()
    member: Any = SimpleNamespace(pk=5, room=SimpleNamespace(room_id="r"))
    both = Barrier(2)

    def first_poll() -> None:
        both.wait(10)
        collect(member, None)

    await asyncio.gather(*(asyncio.to_thread(first_poll) for _ in range(2)))
    assert [mailbox.polls for mailbox in started] == [2]
