"""Cost of the periodic work of a second for many rooms of eight, and of a heartbeat."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from django.db import connection

import playback.room.end_of_media
import playback.room.stall_handling
import playback.room.status_broadcast
import playback.room.status_reports
import rooms.actions
from playback.room.status_reports import UNCHANGED_INTERVAL_MS, WRITE_INTERVAL_MS
from rooms.models import Connection, Member, Room
from tests.bench.command import fixtures
from watchium import server_clock
from watchium.background import scheduler
from watchium.db.thread_pool import in_database
from watchium.protocol.codec import decode_room_command
from watchium.protocol.commands import Heartbeat
from watchium.protocol.replies import Head, HeadState
from watchium.realtime import hub
from watchium.realtime.frames import Frame, frame_of
from watchium.realtime.groups import room_group

ROUNDS = 5
SETTLED_S = 2.0


class FrameReader:
    """A socket that counts frames and does nothing else."""

    direct = None
    heard = 0

    def deliver(self, frame: Frame) -> None:
        FrameReader.heard += 1

    def close(self, code: int) -> None: ...


class Lag:
    """The longest block of the event loop."""

    def __init__(self) -> None:
        self.longest_ms = 0.0

    async def __aenter__(self) -> Lag:
        self.task = asyncio.create_task(self._watch())
        await asyncio.sleep(0.01)
        self.longest_ms = 0.0
        return self

    async def __aexit__(self, *_: Any) -> None:
        self.task.cancel()

    async def _watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.001)
            self.longest_ms = max(self.longest_ms, (time.perf_counter() - before) * 1000 - 1)


async def cost(
    name: str, call: Callable[[], Awaitable[Any]], settle: Callable[[], bool] | None = None
) -> float:
    """Print wall time, CPU time and the longest block of the loop in milliseconds; return the CPU time."""
    async with Lag() as lag:
        cpu, wall = time.process_time(), time.perf_counter()
        await call()
        until = wall + SETTLED_S
        while settle and not settle() and time.perf_counter() < until:  # noqa: ASYNC110  # ears have no events
            await asyncio.sleep(0.002)
        wall_ms, cpu_ms = (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000
    print(f"{name:34} {wall_ms:8.1f} {cpu_ms:8.1f} {lag.longest_ms:8.1f}")
    return cpu_ms


def heartbeats(members: list[Member]) -> float:
    """Return microseconds of CPU per heartbeat: decoded, recorded, encoded response; without the socket."""
    said = msgspec.json.encode(Heartbeat(payload=fixtures.report())).decode()
    state = HeadState(revision=1, comment_seq=1, epoch="x")
    cpu = time.process_time()
    for member in members:
        command = decode_room_command(said)
        room_id, now_ms = member.room.room_id, server_clock.now_ms()
        assert isinstance(command, Heartbeat)
        playback.room.status_reports.record(room_id, member.person.user_id, command.payload, now_ms)
        _ = frame_of(Head(room_id=room_id, timestamp=now_ms, payload=state)).wire
    return (time.process_time() - cpu) / len(members) * 1e6


async def measure(count: int) -> None:
    houses = await in_database(fixtures.rooms_of_eight, count)
    members = [member for room in houses for member in room]
    leases = set(await in_database(lambda: list(Connection.objects.values_list("pk", flat=True))))
    ears = [FrameReader() for _ in members]
    for member, ear in zip(members, ears, strict=True):
        await hub.hub().join(room_group(member.room.room_id), ear)
    for pk in leases:
        scheduler.hold_lease(pk, lambda: None)
    room_ids = [room[0].room.room_id for room in houses]
    print(
        f"\n{connection.vendor}, {count} rooms of {fixtures.EIGHT}\n{'':34} {'wall ms':>8} {'CPU ms':>8} {'kept ms':>8}"
    )
    for number in range(ROUNDS):
        each_us = heartbeats(members)
        print(f"-- round {number + 1}: {len(members)} heartbeats, {each_us:.1f} us of CPU each")
        await one_round(leases, room_ids, number)


async def one_round(leases: set[int], room_ids: list[str], number: int) -> None:
    now_ms = server_clock.now_ms()
    heard = FrameReader.heard
    spent = await cost(f"{len(leases)} leases renewed", lambda: in_database(rooms.actions.renew, leases)) / 3
    spent += await cost("lapsed leases, ended seats", lambda: in_database(rooms.actions.due, now_ms))
    spent += await cost("ended media, demos", lambda: in_database(playback.room.end_of_media.due, now_ms))
    spent += await cost("ended holds", lambda: in_database(playback.room.stall_handling.due, now_ms))
    # All rooms in one call, at an instant when all are due; in production a few rooms at a time.
    spent += await cost(
        "reports judged, told and kept",
        lambda: in_database(
            playback.room.status_broadcast.due, now_ms + 2 * WRITE_INTERVAL_MS * (number + 1)
        ),
        lambda: FrameReader.heard >= heard + len(room_ids) * fixtures.EIGHT,
    ) / (UNCHANGED_INTERVAL_MS / 1000)
    spent += await cost("heads", lambda: in_database(Room.objects.heads, room_ids))
    print(f"{'all, by the second':34} {'':8} {spent:8.1f}")
