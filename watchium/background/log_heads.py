"""Where each room's log ends: looked at once a second, told to whoever sends a heartbeat, and to all of a room that
missed something.

The answers to heartbeats wait for each other, a tenth of a second at most. One at a time each would find nothing of
what it needs in the cache and wake a processor that sleeps, here or at the other end: 20 us of 75 with 8000 sockets.
"""

from __future__ import annotations

import asyncio
from collections import deque

import rooms.actions
from rooms.models import Room
from watchium import server_clock
from watchium.background.batching import in_parts
from watchium.db.thread_pool import in_database
from watchium.protocol.events import Head, HeadState
from watchium.realtime import broadcast, hub
from watchium.realtime.frames import Frame, frame_of
from watchium.realtime.subscribers import Listener

ROOMS_AT_ONCE = 100
TOGETHER_S = 0.1
PIECE_S = 0.002  # so long answers go out at once, before the loop does something else

_heads: dict[str, HeadState] = {}
_frames: dict[str, Frame] = {}  # made when first asked for, and told until the head is looked at again
_waiting: deque[tuple[Listener, str]] = deque()  # for an answer; as many as heartbeats in a tenth of a second
_soon: asyncio.Handle | None = None


def forget_all() -> None:
    """A loop has ended, and another one begins."""
    global _soon
    _heads.clear()
    _frames.clear()
    _waiting.clear()
    _soon = None


def know(room_id: str, room: Room) -> None:
    """The head of a room whose first socket just came."""
    _heads.setdefault(
        room_id, HeadState(revision=room.revision, comment_seq=room.comment_seq, epoch=room.epoch)
    )


# ---------------------------------------------------------------- told to whoever sends a heartbeat


def answer(who: Listener, room_id: str) -> None:
    """Where the room's log ended when last looked at, soon."""
    global _soon
    _waiting.append((who, room_id))
    if _soon is None:
        _soon = asyncio.get_running_loop().call_later(TOGETHER_S, _answer_all)


def _answer_all() -> None:
    global _soon
    _soon = None
    loop, now_ms = asyncio.get_running_loop(), server_clock.now_ms()
    until_s = loop.time() + PIECE_S
    while _waiting:
        who, room_id = _waiting.popleft()
        if head := _frame(room_id, now_ms):
            who.deliver(head)
        if _waiting and loop.time() > until_s:
            _soon = loop.call_soon(_answer_all)
            return


def _frame(room_id: str, now_ms: float) -> Frame | None:
    frame = _frames.get(room_id)
    if frame is None and (known := _heads.get(room_id)):
        frame = _frames[room_id] = frame_of(Head(room_id=room_id, timestamp=now_ms, payload=known))
    return frame


# ---------------------------------------------------------------- looked at once a second


async def look(now_ms: float) -> None:
    """A room whose head passed what was delivered here is told where it is; one query for many rooms."""
    room_ids = hub.hub().rooms
    for gone in _heads.keys() - set(room_ids):
        del _heads[gone]
        _frames.pop(gone, None)
    async for part in in_parts(room_ids, ROOMS_AT_ONCE):
        if part:
            await _look_at_some(part, now_ms)


async def _look_at_some(room_ids: list[str], now_ms: float) -> None:
    # As of now: whoever opens a room while the database is asked knows of what the answer may not have.
    before = {room_id: _heads.get(room_id) for room_id in room_ids}
    for room_id, (revision, seq, epoch) in (await in_database(Room.objects.heads, room_ids)).items():
        head_now = HeadState(revision=revision, comment_seq=seq, epoch=epoch)
        if _went_back(before[room_id], head_now):
            await in_database(rooms.actions.begin_epoch, room_id, epoch)
        _heads[room_id] = head_now
        _frames.pop(room_id, None)
        group = broadcast.room_group(room_id)
        if hub.hub().on_overflow(group, revision, seq):
            hub.hub().deliver(group, frame_of(Head(room_id=room_id, timestamp=now_ms, payload=head_now)))


def _went_back(before: HeadState | None, now: HeadState) -> bool:
    """Whether a backup was put under a server that runs."""
    if before is None or before.epoch != now.epoch:
        return False
    return now.revision < before.revision or now.comment_seq < before.comment_seq
