"""Stores events that no log holds (reactions, typing, control requests, custom events) for members who poll.

A member who polls has a mailbox in the process that served the poll: it listens like a socket, holds the last few
events for the next poll, and is deleted when no poll has come for a while. Polls carry the time of the last event they
received, so that the mailboxes of several processes deliver nothing twice.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field
from threading import Lock

import msgspec

from rooms.models import Member
from watchium.process_state import process_state
from watchium.protocol.codec import ROOM_MESSAGE_TYPES
from watchium.realtime import hub as fanout
from watchium.realtime.direct_writer import Write
from watchium.realtime.frames import Frame
from watchium.realtime.groups import member_group, room_group

MAX_EVENTS = 32
MAX_MAILBOXES = 2000
IDLE_S = 20.0
UNLOGGED = frozenset({"reaction", "typing", "control_asked"})


class _Event(msgspec.Struct):
    type: str
    timestamp: float


@dataclass(eq=False)
class Mailbox:
    groups: list[str]
    polls: int = 0
    events: deque[tuple[float, msgspec.Raw]] = field(default_factory=lambda: deque(maxlen=MAX_EVENTS))

    @property
    def direct(self) -> Write | None:
        return None

    def deliver(self, frame: Frame) -> None:
        if any(frame.head):
            return  # it is in the log
        event = msgspec.json.decode(frame.payload, type=_Event)
        if event.type in UNLOGGED or event.type not in ROOM_MESSAGE_TYPES:
            self.events.append((event.timestamp, msgspec.Raw(frame.payload)))

    def close(self, code: int) -> None:
        """Does nothing: the next poll checks access itself."""

    def since(self, received_ms: float) -> list[msgspec.Raw]:
        return [event for at_ms, event in list(self.events) if at_ms > received_ms]


@dataclass
class _State:
    mailboxes: dict[int, Mailbox] = field(default_factory=dict)  # by the member's primary key
    lock: Lock = field(default_factory=Lock)


_state = process_state(_State)


def collect(member: Member, received_ms: float | None) -> list[msgspec.Raw]:
    """Return events after a server time, oldest first. The first call creates the mailbox. Safe from any thread."""
    hub = fanout.running()
    if hub is None:
        return []
    mailbox, is_new = _mailbox_of(member)
    if mailbox is None:
        return []
    if is_new:
        asyncio.run_coroutine_threadsafe(_listen(hub, member.pk, mailbox), hub.loop)
    return [] if received_ms is None else mailbox.since(received_ms)


def _mailbox_of(member: Member) -> tuple[Mailbox | None, bool]:
    """The member's mailbox, and whether this call created it; None if there are too many.

    Of two concurrent polls one creates the mailbox, and both use it.
    """
    with _state.lock:
        mailbox = _state.mailboxes.get(member.pk)
        is_new = mailbox is None
        if mailbox is None:
            if len(_state.mailboxes) >= MAX_MAILBOXES:
                return None, False
            groups = [room_group(member.room.room_id), member_group(member.pk)]
            mailbox = _state.mailboxes[member.pk] = Mailbox(groups)
        mailbox.polls += 1
        return mailbox, is_new


async def idle_period() -> None:
    await asyncio.sleep(IDLE_S)


async def _listen(hub: fanout.Hub, member_pk: int, mailbox: Mailbox) -> None:
    """Listen until no poll came for a period."""
    try:
        for group in mailbox.groups:
            await hub.join(group, mailbox)
        polls = 0
        while mailbox.polls != polls:
            polls = mailbox.polls
            await idle_period()
    finally:
        with _state.lock:
            _state.mailboxes.pop(member_pk, None)
        for group in mailbox.groups:
            await hub.leave(group, mailbox)
