"""The periodic tasks of a process: leases, due work in rooms, log heads, status broadcasts and the lobby.

Started by `serve`, otherwise by the first socket. Each action claims its work under a lock or a condition, so that any
number of processes may tick at once. Each runs in isolation, so that one failure does not delay the others. Status
broadcasts have a period of a tenth of a second, in which a part of the rooms has its turn.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, InterfaceError

import playback.room.end_of_media
import playback.room.stall_handling
import playback.room.start.due
import playback.room.status_broadcast
import playback.room.status_reports
import rooms.actions
from rooms.periodic import is_leader
from watchium import server_clock
from watchium.background import gc_tuning, log_heads, pubsub_monitor
from watchium.background.batching import in_batches
from watchium.background.lease_revocation import LeaseRevocationWatcher
from watchium.db.thread_pool import in_database
from watchium.maintenance import runner as maintenance
from watchium.process_state import process_state
from watchium.protocol.events import LobbyChanged, LobbyState
from watchium.realtime import hub
from watchium.realtime.frames import frame_of
from watchium.realtime.groups import LOBBY
from watchium.services import announced_media, system_comments
from watchium.services.lobby import lobby_state
from watchium.telemetry import recorder

logger = logging.getLogger(__name__)

PERIOD_S = 1.0
STATUS_PERIOD_S = 0.1
LEASES_PER_QUERY = 500
RENEW_MS = 3000.0
DEMO_PERIOD_MS = 10_000.0
# No lease could be renewed for this long: the machine slept, or the database was down. Well below the time in which
# leases lapse.
MISSED_RENEWAL_MS = 8000.0


@dataclass
class _State:
    task: asyncio.Task[None] | None = None
    renewed_ms: float = 0.0
    demos_ms: float = 0.0  # when idle demos were last reset
    leases: dict[int, Callable[[], None]] = field(default_factory=dict)  # by primary key; called when lost
    lobby: LobbyState | None = None  # as last published


_state = process_state(_State)


def start() -> None:
    """Start on the running loop; does nothing if already started there."""
    loop, task = asyncio.get_running_loop(), _state.task
    if task is None or task.done() or task.get_loop() is not loop:
        log_heads.clear()
        _state.renewed_ms = server_clock.now_ms()
        _state.task = loop.create_task(_run())
        recorder.start()
        maintenance.start(time.time() * 1000)
        pubsub_monitor.start()


async def stop() -> None:
    """Stop ticking; database calls in progress run to their end."""
    if _state.task is not None:
        _state.task.cancel()
        await asyncio.wait([_state.task])
    await pubsub_monitor.stop()


def hold_lease(connection_pk: int, on_lost: Callable[[], None]) -> None:
    """Renew the lease of an open socket from now on; `on_lost` is called if it ends nevertheless."""
    _state.leases[connection_pk] = on_lost


def drop_lease(connection_pk: int) -> None:
    _state.leases.pop(connection_pk, None)


def holds_lease(connection_pk: int) -> bool:
    return connection_pk in _state.leases


def republish_lobby() -> None:
    """For a new lobby socket: the last published state may differ from the one read for it."""
    _state.lobby = None


async def _run() -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_every(PERIOD_S, tick))
        tasks.create_task(_every(PERIOD_S, refresh_log_heads))
        tasks.create_task(_every(STATUS_PERIOD_S, broadcast_status))
        tasks.create_task(LeaseRevocationWatcher(_state.leases).run())


async def _every(period_s: float, call: Callable[[], Awaitable[None]]) -> None:
    clock = asyncio.get_running_loop().time
    wait_s = period_s
    while True:
        await asyncio.sleep(wait_s)
        began_s = clock()
        await _isolated(call)  # an exception would end the whole task group
        wait_s = max(period_s / 4, period_s - (clock() - began_s))


async def broadcast_status() -> None:
    """Send the members' playback status to the rooms whose turn it is."""
    if playback.room.status_broadcast.has_pending():
        await _isolated(in_database, playback.room.status_broadcast.due, server_clock.now_ms())


async def refresh_log_heads() -> None:
    await _isolated(log_heads.refresh, server_clock.now_ms())


async def tick() -> None:
    now_ms = server_clock.now_ms()
    renewed = await _isolated(_renew_leases, now_ms)
    await _isolated(_lead, now_ms, renewed)
    await _isolated(in_database, playback.room.stall_handling.due, now_ms)
    if announced_media.has_due(now_ms):
        await _isolated(in_database, system_comments.due, now_ms)
    await _isolated(in_database, playback.room.status_reports.LAST_REPORTS.post)
    await _isolated(_publish_lobby, now_ms)
    gc_tuning.collect_if_due(len(_state.leases), now_ms)


async def _lead(now_ms: float, renewed: bool) -> None:
    """Do what one process does for all, if it is this one."""
    if not await in_database(is_leader, now_ms):
        return
    if renewed:  # no member is marked absent before the leases of those who are here were renewed
        await _isolated(in_database, rooms.actions.due, now_ms)
    await _isolated(in_database, playback.room.end_of_media.due, now_ms)
    if now_ms - _state.demos_ms > DEMO_PERIOD_MS:
        _state.demos_ms = now_ms
        await _isolated(in_database, playback.room.end_of_media.reset_idle_demos, now_ms)
    await _isolated(in_database, playback.room.start.due.due, now_ms)
    if maintenance.should_check(wall_ms := time.time() * 1000):
        await _isolated(in_database, maintenance.run_if_due, wall_ms)


async def _isolated(call: Callable[..., Any], *args: Any) -> bool:
    """Log an exception instead of raising it. Returns whether there was none."""
    try:
        await call(*args)
    except (DatabaseError, InterfaceError) as error:
        logger.warning("a periodic task waits for the database: %s", error)
        return False
    except Exception:
        logger.exception("a periodic task failed")
        return False
    return True


async def _renew_leases(now_ms: float) -> None:
    """Every few seconds. After a pause in which none could be renewed, all are extended before any may lapse."""
    if now_ms - _state.renewed_ms < RENEW_MS:
        return
    if now_ms - _state.renewed_ms > MISSED_RENEWAL_MS:
        await in_database(rooms.actions.grant_fresh_leases)
    async for batch in in_batches(list(_state.leases), LEASES_PER_QUERY):
        for lapsed in await in_database(rooms.actions.renew, set(batch)):
            # This process was suspended and another one marked its members absent. A member with access reconnects and
            # is present again.
            if on_lost := _state.leases.pop(lapsed, None):
                on_lost()
    _state.renewed_ms = now_ms


async def _publish_lobby(now_ms: float) -> None:
    if LOBBY not in hub.hub().groups:
        _state.lobby = None
        return
    state = await in_database(lobby_state)
    if state != _state.lobby:
        _state.lobby = state
        # To the sockets of this process only: every process publishes to its own.
        changed = LobbyChanged(room_id=None, timestamp=now_ms, payload=state)
        hub.hub().deliver(LOBBY, frame_of(changed))
