from __future__ import annotations

import asyncio
from collections.abc import Iterator
from unittest.mock import patch

import pytest

import playback.room.end_of_media
import playback.room.stall_handling
import playback.room.start.due
import playback.room.status_broadcast
import playback.room.status_reports
import rooms.actions
from playback.room.status_reports import LastReports
from rooms.models import Room
from watchium import server_clock
from watchium.background import log_heads, scheduler
from watchium.background.lease_revocation import LeaseRevocationWatcher
from watchium.protocol.events import LobbyState
from watchium.realtime import hub
from watchium.realtime.groups import LOBBY, room_group

START_MS = 1_000_000.0


class Process:
    """One process whose database records its queries, and whose clock is moved by hand."""

    def __init__(self) -> None:
        self.now_ms = START_MS
        self.queries: list[str] = []
        self.down = False
        self.lapsed: set[int] = set()
        self.lost: list[int] = []
        self.leads = True
        self.asked = 0
        self.looked_for_demos = 0

    def is_leader(self, _now_ms: float) -> bool:
        self.asked += 1
        return self.leads

    def reset_idle_demos(self, _now_ms: float) -> None:
        self.looked_for_demos += 1

    def query(self, name: str) -> None:
        if self.down:
            raise OSError("no database")
        self.queries.append(name)

    def renew(self, pks: set[int]) -> set[int]:
        self.query("renew")
        return pks & self.lapsed

    async def tick_after(self, duration_ms: float) -> list[str]:
        """The queries of a tick this long after the last one."""
        self.now_ms += duration_ms
        self.queries.clear()
        await scheduler.tick()
        await scheduler.refresh_log_heads()
        await scheduler.broadcast_status()
        return self.queries


@pytest.fixture
def process() -> Iterator[Process]:
    process = Process()

    async def run_inline(call, *args):
        return call(*args)

    with (
        patch.object(scheduler, "in_database", run_inline),
        patch.object(log_heads, "in_database", run_inline),
        patch.object(scheduler, "is_leader", process.is_leader),
        patch.object(scheduler._state, "renewed_ms", START_MS),
        patch.object(server_clock, "now_ms", lambda: process.now_ms),
        patch.object(rooms.actions, "renew", process.renew),
        patch.object(rooms.actions, "grant_fresh_leases", lambda: process.query("grant")),
        patch.object(rooms.actions, "due", lambda now_ms: process.query("due")),
        patch.object(playback.room.end_of_media, "due", lambda now_ms: 0),
        patch.object(playback.room.end_of_media, "reset_idle_demos", process.reset_idle_demos),
        patch.object(playback.room.start.due, "due", lambda now_ms: 0),
        patch.object(playback.room.stall_handling, "due", lambda now_ms: 0),
        patch.object(playback.room.status_broadcast, "due", lambda now_ms: None),
        patch.object(playback.room.status_reports, "LAST_REPORTS", LastReports()),
    ):
        yield process


async def test_leases_are_renewed_every_few_seconds_and_before_absence_is_checked(process: Process):
    assert await process.tick_after(1000) == ["due"]
    assert await process.tick_after(2000) == ["renew", "due"]
    assert await process.tick_after(1000) == ["due"]


async def test_the_leader_is_found_once_a_tick_and_only_it_does_what_is_due(process: Process):
    assert await process.tick_after(1000) == ["due"]
    process.leads = False
    assert await process.tick_after(1000) == []
    assert process.asked == 2


async def test_idle_demos_are_looked_for_every_ten_seconds(process: Process):
    for _ in range(30):
        await process.tick_after(1000)
    assert process.looked_for_demos == 3


async def test_no_lease_lapses_after_the_machine_slept(process: Process):
    assert await process.tick_after(3_600_000) == ["grant", "renew", "due"]
    assert await process.tick_after(1000) == ["due"]


async def test_no_member_is_marked_absent_while_the_database_is_down(process: Process):
    process.down = True
    for _ in range(30):
        assert await process.tick_after(1000) == []
    process.down = False
    assert await process.tick_after(1000) == ["grant", "renew", "due"]


async def test_on_lost_is_called_once_for_a_lapsed_lease(process: Process):
    for pk in (1, 2):
        scheduler.hold_lease(pk, lambda pk=pk: process.lost.append(pk))  # type: ignore[misc]
    process.lapsed = {2}
    await process.tick_after(3000)
    await process.tick_after(3000)
    assert process.lost == [2]


async def test_a_room_opened_while_heads_are_read_is_not_taken_for_a_restore(process: Process):
    restored: list[str] = []
    alice = FakeListener()

    async def meanwhile(call, *args):
        """The room's first member enters after the query was sent and before its result."""
        if call is before_alice:
            log_heads.set_initial("a", Room(revision=1, comment_seq=1, epoch="e"))
        return call(*args)

    def before_alice(room_ids: list[str]) -> dict[str, tuple[int, int, str]]:
        return {"a": (0, 0, "e")}

    with (
        patch.object(log_heads, "in_database", meanwhile),
        patch.object(Room.objects, "heads", before_alice),
        patch.object(rooms.actions, "begin_epoch", lambda room_id, epoch: restored.append(room_id)),
    ):
        await hub.hub().join(room_group("a"), alice)
        await process.tick_after(1000)
        await hub.hub().leave(room_group("a"), alice)
    assert restored == []


async def test_a_failing_task_stops_neither_itself_nor_the_others(caplog):
    failed = asyncio.Event()

    async def broadcast_status() -> None:
        if not failed.is_set():
            failed.set()
            raise LookupError("of the first call")
        again.set()

    again = asyncio.Event()
    with (
        patch.object(scheduler, "STATUS_PERIOD_S", 0.0),
        patch.object(scheduler, "broadcast_status", broadcast_status),
    ):
        ticking = asyncio.create_task(scheduler._run())
        async with asyncio.timeout(10):
            await again.wait()
        ticking.cancel()
        await asyncio.wait([ticking])
    assert "of the first call" in caplog.text


async def test_the_lease_revocation_watcher_starts_and_stops_with_the_scheduler():
    states: list[str] = []
    started = asyncio.Event()

    async def run(self: LeaseRevocationWatcher) -> None:
        states.append("started")
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            states.append("stopped")

    with patch.object(LeaseRevocationWatcher, "run", run):
        ticking = asyncio.create_task(scheduler._run())
        async with asyncio.timeout(10):
            await started.wait()
        ticking.cancel()
        await asyncio.wait([ticking])
    assert states == ["started", "stopped"]


class FakeListener:
    direct = None

    def __init__(self) -> None:
        self.received: list[str] = []

    def deliver(self, text: str) -> None:
        self.received.append(text)

    def close(self, code: int) -> None: ...


async def test_a_new_lobby_socket_receives_the_reversal_of_a_change(process: Process):
    early, late = FakeListener(), FakeListener()
    with patch.object(scheduler, "lobby_state") as lobby_state:
        lobby_state.return_value = before = LobbyState(rooms=[], online=1)
        await hub.hub().join(LOBBY, early)
        await process.tick_after(1000)
        await hub.hub().join(LOBBY, late)
        scheduler.republish_lobby()  # it read two people, who are gone before the next tick
        await process.tick_after(1000)
        assert len(late.received) == 1
        await hub.hub().leave(LOBBY, early)
        await hub.hub().leave(LOBBY, late)
        await process.tick_after(1000)
        await hub.hub().join(LOBBY, late)
        lobby_state.return_value = before
        await process.tick_after(1000)
        assert len(late.received) == 2
        await hub.hub().leave(LOBBY, late)
