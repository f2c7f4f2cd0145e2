"""The one periodic task of a process: what becomes due, told and written once a second.

Started by `serve`, else by the first socket. Each deed claims its work under a lock or a condition, so that any
number of processes may tick at once; each is tried on its own, so that one that fails does not hold up the others.
Presence has beats of a tenth of a second, so that each room has its turn.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from django.db import DatabaseError, InterfaceError

import playback.room.end_of_media
import playback.room.stall_handling
import playback.room.status_broadcast
import playback.room.status_reports
import rooms.actions
from rooms.periodic import as_leader
from watchium import server_clock
from watchium.background import gc_tuning, log_heads, pubsub_monitor
from watchium.background.batching import in_parts
from watchium.background.lease_revocation import LeaseRevocationWatcher
from watchium.db.thread_pool import in_database
from watchium.maintenance import runner as maintenance
from watchium.protocol.events import LobbyChanged, LobbyState
from watchium.realtime import broadcast, hub
from watchium.realtime.frames import frame_of
from watchium.services.lobby import lobby_state
from watchium.telemetry import recorder

logger = logging.getLogger(__name__)

PERIOD_S = 1.0
BEAT_S = 0.1
LEASES_AT_ONCE = 500
RENEW_MS = 3000.0
# No lease could be renewed for so long: a machine asleep, a database away. Well before the leases lapse by it.
ASLEEP_MS = 8000.0

_task: asyncio.Task[None] | None = None
_renewed_ms = 0.0
_leases: dict[int, Callable[[], None]] = {}
_lobby: LobbyState | None = None


def start() -> None:
    """Begin to tick on the running loop, unless it does already."""
    global _task, _renewed_ms
    loop = asyncio.get_running_loop()
    if _task is None or _task.done() or _task.get_loop() is not loop:
        log_heads.forget_all()
        _renewed_ms = server_clock.now_ms()
        _task = loop.create_task(_go_on())
        recorder.start()
        maintenance.start(time.time() * 1000)
        pubsub_monitor.start()


async def stop() -> None:
    """Tick no more; what is under way in the database ends by itself."""
    if _task is not None:
        _task.cancel()
        await asyncio.wait([_task])
    await pubsub_monitor.stop()


def hold_lease(connection_pk: int, lost: Callable[[], None]) -> None:
    """Renew the lease of an open socket from now on; `lost` is called when it is no more nevertheless."""
    _leases[connection_pk] = lost


def drop_lease(connection_pk: int) -> None:
    _leases.pop(connection_pk, None)


def tell_lobby_again() -> None:
    """Somebody new looks at the lobby: what others were told last may not be what was read for them."""
    global _lobby
    _lobby = None


async def _go_on() -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_every(PERIOD_S, tick))
        tasks.create_task(_every(PERIOD_S, look_at_ends))
        tasks.create_task(_every(BEAT_S, beat))
        tasks.create_task(LeaseRevocationWatcher(_leases).watch())


async def _every(period_s: float, call: Callable[[], Awaitable[None]]) -> None:
    clock = asyncio.get_running_loop().time
    wait_s = period_s
    while True:
        await asyncio.sleep(wait_s)
        began_s = clock()
        await _try(call)  # one that raises would end the others with it
        wait_s = max(period_s / 4, period_s - (clock() - began_s))


async def beat() -> None:
    """The rooms whose turn it is to be told where everybody is."""
    if playback.room.status_broadcast.waits():
        await _try(in_database, playback.room.status_broadcast.due, server_clock.now_ms())


async def look_at_ends() -> None:
    await _try(log_heads.look, server_clock.now_ms())


async def tick() -> None:
    now_ms = server_clock.now_ms()
    # Nobody is taken for gone before those who are here could be counted.
    if await _try(_renew, now_ms):
        await _try(in_database, as_leader, rooms.actions.due, now_ms)
    await _try(in_database, as_leader, playback.room.end_of_media.due, now_ms)
    await _try(in_database, playback.room.stall_handling.due, now_ms)
    await _try(in_database, playback.room.status_reports.LAST.post)
    await _try(_tell_lobby, now_ms)
    if maintenance.should_look(wall_ms := time.time() * 1000):
        await _try(in_database, as_leader, lambda _: maintenance.look(wall_ms), now_ms)
    gc_tuning.tidy(len(_leases), now_ms)


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
    if now_ms - _renewed_ms > ASLEEP_MS:
        await in_database(rooms.actions.grant_fresh_leases)
    async for part in in_parts(list(_leases), LEASES_AT_ONCE):
        for lapsed in await in_database(rooms.actions.renew, set(part)):
            # This process stood still and another one took its people for gone, or somebody was sent out and no
            # word of it came through. Whoever may comes back and is here again.
            if lost := _leases.pop(lapsed, None):
                lost()
    _renewed_ms = now_ms


async def _tell_lobby(now_ms: float) -> None:
    global _lobby
    if broadcast.LOBBY not in hub.hub().groups:
        _lobby = None
        return
    state = await in_database(lobby_state)
    if state != _lobby:
        _lobby = state
        # To the sockets of this process only: every process tells its own.
        changed = LobbyChanged(room_id=None, timestamp=now_ms, payload=state)
        hub.hub().deliver(broadcast.LOBBY, frame_of(changed))
