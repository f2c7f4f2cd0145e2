"""The one periodic task of a process: what becomes due, told and written once a second.

Started by `serve`, else by the first socket. Each deed claims its work under a lock or a condition, so that any
number of processes may tick at once; each is tried on its own, so that one that fails does not hold up the others.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, InterfaceError

import playback.course
import playback.holds
import playback.presence
import rooms.actions
from rooms.models import Room
from rooms.sweeping import in_turn
from watchium import memory, watchdog
from watchium.database import in_database
from watchium.doorman import Doorman
from watchium.figures import recorder
from watchium.lobby import lobby_state
from watchium.wire import broadcast, fanout, server_clock
from watchium.wire.frames import frame_of
from watchium.wire.messages import Event, Head, HeadState, LobbyChanged, LobbyState

logger = logging.getLogger(__name__)

PERIOD_S = 1.0
RENEW_MS = 3000.0
# No lease could be renewed for so long: a machine asleep, a database away. Well before the leases lapse by it.
PAUSE_MS = 8000.0

_task: asyncio.Task[None] | None = None
_watching: asyncio.Task[None] | None = None
_renewed_ms = 0.0
_heads: dict[str, HeadState] = {}
_leases: dict[int, Callable[[], None]] = {}
_lobby: LobbyState | None = None


def start() -> None:
    """Begin to tick on the running loop, unless it does already."""
    global _task, _watching, _renewed_ms
    loop = asyncio.get_running_loop()
    if _task is None or _task.done() or _task.get_loop() is not loop:
        _heads.clear()
        _renewed_ms = server_clock.now_ms()
        _task = loop.create_task(_tick_for_ever())
        _watching = loop.create_task(Doorman(_leases).watch())
        recorder.start()
        watchdog.start()


async def stop() -> None:
    """Tick no more; what is under way in the database ends by itself."""
    if tasks := [task for task in (_task, _watching) if task is not None]:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    await watchdog.stop()


def hold_lease(connection_pk: int, lost: Callable[[], None]) -> None:
    """Renew the lease of an open socket from now on; `lost` is called when it is no more nevertheless."""
    _leases[connection_pk] = lost


def drop_lease(connection_pk: int) -> None:
    _leases.pop(connection_pk, None)


def head(room_id: str | None) -> HeadState | None:
    """Where the room's log ended when last looked at."""
    return _heads.get(room_id or "")


def know(room_id: str, room: Room) -> None:
    """The head of a room whose first socket just came."""
    _heads.setdefault(
        room_id, HeadState(revision=room.revision, comment_seq=room.comment_seq, epoch=room.epoch)
    )


def tell_lobby_again() -> None:
    """Somebody new looks at the lobby: what others were told last may not be what was read for them."""
    global _lobby
    _lobby = None


async def _tick_for_ever() -> None:
    while True:
        await asyncio.sleep(PERIOD_S)
        await tick()


async def tick() -> None:
    now_ms = server_clock.now_ms()
    # Nobody is taken for gone before those who are here could be counted.
    if await _try(_renew, now_ms):
        await _try(in_database, in_turn, rooms.actions.due, now_ms)
    await _try(in_database, in_turn, playback.course.due, now_ms)
    await _try(in_database, playback.holds.due, now_ms)
    await _try(in_database, playback.presence.due, now_ms)
    await _try(_look_at_heads, now_ms)
    await _try(_tell_lobby, now_ms)
    memory.tidy(len(_leases), now_ms)


async def _try(call: Callable[..., Any], *args: Any) -> bool:
    """Whether it went well."""
    try:
        await call(*args)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("a part of the tick waits for the database: %s", error)
        return False
    except Exception:
        logger.exception("a part of the tick failed")
        return False
    return True


async def _renew(now_ms: float) -> None:
    """Every few seconds. A pause in which nothing could be renewed counts against nobody."""
    global _renewed_ms
    if now_ms - _renewed_ms < RENEW_MS:
        return
    if now_ms - _renewed_ms > PAUSE_MS:
        await in_database(rooms.actions.grant_fresh_leases)
    for lapsed in await in_database(rooms.actions.renew, set(_leases)):
        # This process stood still and another one took its people for gone, or somebody was sent out and no word
        # of it came through. Whoever may comes back and is here again.
        if lost := _leases.pop(lapsed, None):
            lost()
    _renewed_ms = now_ms


def _deliver(group: str, event: Event) -> None:
    """To the sockets of this process only: every process tells its own."""
    fanout.hub().deliver(group, frame_of(event))


async def _look_at_heads(now_ms: float) -> None:
    """One query for all live rooms; a room whose head passed what was delivered here is told where it is."""
    room_ids = fanout.hub().rooms
    for gone in _heads.keys() - set(room_ids):
        del _heads[gone]
    if not room_ids:
        return
    # As of now: whoever opens a room while the database is asked knows of what the answer may not have.
    before = dict(_heads)
    for room_id, (revision, seq, epoch) in (await in_database(Room.objects.heads, room_ids)).items():
        head_now = HeadState(revision=revision, comment_seq=seq, epoch=epoch)
        if _went_back(before.get(room_id), head_now):
            await in_database(rooms.actions.begin_epoch, room_id, epoch)
        _heads[room_id] = head_now
        group = broadcast.room_group(room_id)
        if fanout.hub().fell_behind(group, revision, seq):
            _deliver(group, Head(room_id=room_id, timestamp=now_ms, payload=_heads[room_id]))


def _went_back(before: HeadState | None, now: HeadState) -> bool:
    """Whether a backup was put under a server that runs."""
    if before is None or before.epoch != now.epoch:
        return False
    return now.revision < before.revision or now.comment_seq < before.comment_seq


async def _tell_lobby(now_ms: float) -> None:
    global _lobby
    if broadcast.LOBBY not in fanout.hub().groups:
        _lobby = None
        return
    state = await in_database(lobby_state)
    if state != _lobby:
        _lobby = state
        _deliver(broadcast.LOBBY, LobbyChanged(room_id=None, timestamp=now_ms, payload=state))
