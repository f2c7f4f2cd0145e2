from __future__ import annotations

import asyncio
from collections.abc import Iterator
from unittest.mock import patch

import pytest

import playback.room.end_of_media
import playback.room.stall_handling
import playback.room.status_broadcast
import playback.room.status_reports
import rooms.actions
from playback.room.status_reports import LastReports
from rooms.models import Room
from watchium import server_clock
from watchium.background import log_heads, scheduler
from watchium.background.lease_revocation import LeaseRevocationWatcher
from watchium.protocol.events import LobbyState
from watchium.realtime import broadcast, hub

START_MS = 1_000_000.0


class Process:
    """One process whose database notes what it was asked, and whose clock stands until it is moved."""

    def __init__(self) -> None:
        self.now_ms = START_MS
        self.asked: list[str] = []
        self.away = False
        self.lapsed: set[int] = set()
        self.lost: list[int] = []

    def ask(self, what: str) -> None:
        if self.away:
            raise OSError("no database")
        self.asked.append(what)

    def renew(self, pks: set[int]) -> set[int]:
        self.ask("renew")
        return pks & self.lapsed

    async def tick_after(self, duration_ms: float) -> list[str]:
        """What the database was asked by a tick so long after the last one."""
        self.now_ms += duration_ms
        self.asked.clear()
        await scheduler.tick()
        await scheduler.look_at_ends()
        await scheduler.beat()
        return self.asked


@pytest.fixture
def process() -> Iterator[Process]:
    process = Process()

    async def at_once(call, *args):
        return call(*args)

    with (
        patch.object(scheduler, "in_database", at_once),
        patch.object(log_heads, "in_database", at_once),
        patch.object(scheduler, "as_leader", lambda look, now_ms: look(now_ms)),
        patch.object(scheduler, "_renewed_ms", START_MS),
        patch.object(scheduler, "_leases", {}),
        patch.object(server_clock, "now_ms", lambda: process.now_ms),
        patch.object(rooms.actions, "renew", process.renew),
        patch.object(rooms.actions, "grant_fresh_leases", lambda: process.ask("grant")),
        patch.object(rooms.actions, "due", lambda now_ms: process.ask("due")),
        patch.object(playback.room.end_of_media, "due", lambda now_ms: 0),
        patch.object(playback.room.stall_handling, "due", lambda now_ms: 0),
        patch.object(playback.room.status_broadcast, "due", lambda now_ms: None),
        patch.object(playback.room.status_reports, "LAST", LastReports()),
    ):
        yield process


async def test_leases_are_renewed_every_few_seconds_and_before_anybody_is_taken_for_gone(process: Process):
    assert await process.tick_after(1000) == ["due"]
    assert await process.tick_after(2000) == ["renew", "due"]
    assert await process.tick_after(1000) == ["due"]


async def test_a_pause_of_the_machine_counts_against_nobody(process: Process):
    assert await process.tick_after(3_600_000) == ["grant", "renew", "due"]
    assert await process.tick_after(1000) == ["due"]


async def test_nobody_is_taken_for_gone_while_the_database_is_away(process: Process):
    process.away = True
    for _ in range(30):
        assert await process.tick_after(1000) == []
    process.away = False
    assert await process.tick_after(1000) == ["grant", "renew", "due"]


async def test_a_socket_whose_lease_lapsed_nevertheless_is_told_once(process: Process):
    for pk in (1, 2):
        scheduler.hold_lease(pk, lambda pk=pk: process.lost.append(pk))
    process.lapsed = {2}
    await process.tick_after(3000)
    await process.tick_after(3000)
    assert process.lost == [2]


async def test_whoever_opens_a_room_while_its_head_is_read_restores_no_backup(process: Process):
    restored: list[str] = []
    alice = FrameReader()

    async def meanwhile(call, *args):
        """The room's first member comes in behind the question, and is known before its answer."""
        if call is before_alice:
            log_heads.know("a", Room(revision=1, comment_seq=1, epoch="e"))
        return call(*args)

    def before_alice(room_ids: list[str]) -> dict[str, tuple[int, int, str]]:
        return {"a": (0, 0, "e")}

    with (
        patch.object(log_heads, "_heads", {}),
        patch.object(log_heads, "in_database", meanwhile),
        patch.object(Room.objects, "heads", before_alice),
        patch.object(rooms.actions, "begin_epoch", lambda room_id, epoch: restored.append(room_id)),
    ):
        await hub.hub().join(broadcast.room_group("a"), alice)
        await process.tick_after(1000)
        await hub.hub().leave(broadcast.room_group("a"), alice)
    assert restored == []


async def test_a_part_that_raises_ends_neither_itself_nor_the_others(caplog):
    beats = asyncio.Event()

    async def beat() -> None:
        if not beats.is_set():
            beats.set()
            raise LookupError("of a beat")
        again.set()

    again = asyncio.Event()
    with patch.object(scheduler, "BEAT_S", 0.0), patch.object(scheduler, "beat", beat):
        ticking = asyncio.create_task(scheduler._go_on())
        async with asyncio.timeout(10):
            await again.wait()
        ticking.cancel()
        await asyncio.wait([ticking])
    assert "of a beat" in caplog.text


async def test_the_doorman_starts_and_ends_with_the_rest():
    watching: list[str] = []
    watches = asyncio.Event()

    async def watch(self: LeaseRevocationWatcher) -> None:
        watching.append("began")
        watches.set()
        try:
            await asyncio.Event().wait()
        finally:
            watching.append("ended")

    with patch.object(LeaseRevocationWatcher, "watch", watch):
        ticking = asyncio.create_task(scheduler._go_on())
        async with asyncio.timeout(10):
            await watches.wait()
        ticking.cancel()
        await asyncio.wait([ticking])
    assert watching == ["began", "ended"]


class FrameReader:
    direct = None

    def __init__(self) -> None:
        self.heard: list[str] = []

    def deliver(self, text: str) -> None:
        self.heard.append(text)

    def close(self, code: int) -> None: ...


async def test_whoever_looks_at_the_lobby_after_a_change_hears_of_its_undoing(process: Process):
    early, late = FrameReader(), FrameReader()
    with patch.object(scheduler, "_lobby", None), patch.object(scheduler, "lobby_state") as lobby_state:
        lobby_state.return_value = before = LobbyState(rooms=[], online=1)
        await hub.hub().join(broadcast.LOBBY, early)
        await process.tick_after(1000)
        await hub.hub().join(broadcast.LOBBY, late)
        scheduler.tell_lobby_again()  # and reads of two people, who are gone before the next tick
        await process.tick_after(1000)
        assert len(late.heard) == 1
        await hub.hub().leave(broadcast.LOBBY, early)
        await hub.hub().leave(broadcast.LOBBY, late)
        await process.tick_after(1000)
        await hub.hub().join(broadcast.LOBBY, late)
        lobby_state.return_value = before
        await process.tick_after(1000)
        assert len(late.heard) == 2
        await hub.hub().leave(broadcast.LOBBY, late)
