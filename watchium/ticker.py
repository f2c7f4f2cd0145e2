"""The one periodic task of a process: what becomes due, told and written once a second.

Started by the first socket. Each deed claims its work under a lock or a condition, so that any number of processes
may tick at once; each is tried on its own, so that one that fails does not hold up the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

import playback.course
import playback.presence
import rooms.actions
from rooms.models import Room
from watchium.database import in_database
from watchium.lobby import lobby_state
from watchium.wire import broadcast, fanout, server_clock
from watchium.wire.messages import Event, Head, HeadState, LobbyChanged, LobbyState, encode

logger = logging.getLogger(__name__)

PERIOD_S = 1.0
RENEW_EVERY = 3

_task: asyncio.Task[None] | None = None
_heads: dict[str, HeadState] = {}
_leases: set[int] = set()
_lobby: LobbyState | None = None


def start() -> None:
    """Begin to tick on the running loop, unless it does already."""
    global _task
    loop = asyncio.get_running_loop()
    if _task is None or _task.done() or _task.get_loop() is not loop:
        _heads.clear()
        _task = loop.create_task(_tick_for_ever())


def hold_lease(connection_pk: int) -> None:
    """Renew the lease of an open socket from now on."""
    _leases.add(connection_pk)


def drop_lease(connection_pk: int) -> None:
    _leases.discard(connection_pk)


def head(room_id: str | None) -> HeadState | None:
    """Where the room's log ended when last looked at."""
    return _heads.get(room_id or "")


def know(room_id: str, room: Room) -> None:
    """The head of a room whose first socket just came."""
    _heads.setdefault(
        room_id, HeadState(revision=room.revision, comment_seq=room.comment_seq, epoch=room.epoch)
    )


async def _tick_for_ever() -> None:
    count = 0
    while True:
        await asyncio.sleep(PERIOD_S)
        count += 1
        now_ms = server_clock.now_ms()
        await _try(in_database, rooms.actions.due, now_ms)
        await _try(in_database, playback.course.due, now_ms)
        await _try(in_database, playback.presence.due, now_ms)
        await _try(_look_at_heads, now_ms)
        await _try(_tell_lobby, now_ms)
        if count % RENEW_EVERY == 0:
            await _try(_renew)


async def _try(call: Callable[..., Any], *args: Any) -> None:
    try:
        await call(*args)
    except Exception:
        logger.exception("a part of the tick failed")


async def _renew() -> None:
    if _leases:
        await in_database(rooms.actions.renew, list(_leases))


def _deliver(group: str, event: Event) -> None:
    """To the sockets of this process only: every process tells its own."""
    fanout.hub().deliver(group, encode(event).decode())


async def _look_at_heads(now_ms: float) -> None:
    """One query for all live rooms; a room whose head passed what was delivered here is told where it is."""
    groups = fanout.hub().groups
    room_ids = [group.removeprefix("room.") for group in groups if group.startswith("room.")]
    for gone in _heads.keys() - set(room_ids):
        del _heads[gone]
    if not room_ids:
        return
    for room_id, (revision, seq, epoch) in (await in_database(Room.objects.heads, room_ids)).items():
        _heads[room_id] = HeadState(revision=revision, comment_seq=seq, epoch=epoch)
        group = broadcast.room_group(room_id)
        if fanout.hub().fell_behind(group, revision, seq):
            _deliver(group, Head(room_id=room_id, timestamp=now_ms, payload=_heads[room_id]))


async def _tell_lobby(now_ms: float) -> None:
    global _lobby
    if broadcast.LOBBY not in fanout.hub().groups:
        return
    state = await in_database(lobby_state)
    if state != _lobby:
        _lobby = state
        _deliver(broadcast.LOBBY, LobbyChanged(room_id=None, timestamp=now_ms, payload=state))
