"""What no log keeps (reactions, typing, who asks for control, custom events), held for members who poll.

A member who polls has a mailbox in the process that answered: it listens like a socket, holds the last few events for
the next poll, and goes when no poll has come for a while. Polls name the time of the last event they brought, so that
the mailboxes of several processes tell nothing twice.
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

MOST_EVENTS = 32
MOST_MAILBOXES = 2000
KEPT_S = 20.0
UNLOGGED = frozenset({"reaction", "typing", "control_asked"})


class _Event(msgspec.Struct):
    type: str
    timestamp: float


@dataclass(eq=False)
class Mailbox:
    groups: list[str]
    polls: int = 0
    events: deque[tuple[float, msgspec.Raw]] = field(default_factory=lambda: deque(maxlen=MOST_EVENTS))

    @property
    def direct(self) -> Write | None:
        return None

    def deliver(self, frame: Frame) -> None:
        if any(frame.head):
            return  # the log has it
        event = msgspec.json.decode(frame.payload, type=_Event)
        if event.type in UNLOGGED or event.type not in ROOM_MESSAGE_TYPES:
            self.events.append((event.timestamp, msgspec.Raw(frame.payload)))

    def close(self, code: int) -> None:
        """The next poll finds out by itself."""

    def since(self, heard_ms: float) -> list[msgspec.Raw]:
        return [event for at_ms, event in list(self.events) if at_ms > heard_ms]


@dataclass
class _State:
    mailboxes: dict[int, Mailbox] = field(default_factory=dict)  # by the member's primary key
    lock: Lock = field(default_factory=Lock)


_state = process_state(_State)


def collect(member: Member, heard_ms: float | None) -> list[msgspec.Raw]:
    """Events after a server time, oldest first; the first call for a member begins to hold them. From any thread."""
    hub = fanout.running()
    if hub is None:
        return []
    mailbox, is_new = _polled(member)
    if mailbox is None:
        return []
    if is_new:
        asyncio.run_coroutine_threadsafe(_hold(hub, member.pk, mailbox), hub.loop)
    return [] if heard_ms is None else mailbox.since(heard_ms)


def _polled(member: Member) -> tuple[Mailbox | None, bool]:
    """The member's mailbox, and whether it was made by this; None where there are too many already.

    Two polls at once find one mailbox, and one of them made it.
    """
    with _state.lock:
        mailbox = _state.mailboxes.get(member.pk)
        is_new = mailbox is None
        if mailbox is None:
            if len(_state.mailboxes) >= MOST_MAILBOXES:
                return None, False
            groups = [room_group(member.room.room_id), member_group(member.pk)]
            mailbox = _state.mailboxes[member.pk] = Mailbox(groups)
        mailbox.polls += 1
        return mailbox, is_new


async def nap() -> None:
    await asyncio.sleep(KEPT_S)


async def _hold(hub: fanout.Hub, member_pk: int, mailbox: Mailbox) -> None:
    """Listen for as long as polls come."""
    try:
        for group in mailbox.groups:
            await hub.join(group, mailbox)
        polls = 0
        while mailbox.polls != polls:
            polls = mailbox.polls
            await nap()
    finally:
        with _state.lock:
            _state.mailboxes.pop(member_pk, None)
        for group in mailbox.groups:
            await hub.leave(group, mailbox)
