"""How far real clients are from the room: in steady state, after starts, seeks and pauses, with and without delay."""

from __future__ import annotations

import os
import time

from tests.bench.sync.figures import mean
from tests.bench.syncplay.figures import Errors, apart_ms, p50_p95, stalls
from tests.bench.syncplay.room import SETTLES_S, BenchRoom, bench_room

PLAYS_S, SEEKS_S, PAUSES_S, CALMS_S = 7.5, 8.0, 2.5, 8.0
WINDOWS_S = ((1.0, 2.0), (2.0, 4.0), (4.0, 7.0))


class Pooled:
    """Of one client over all runs."""

    def __init__(self) -> None:
        self.steady_ms: list[float] = []
        self.after_ms: dict[tuple[str, tuple[float, float]], list[float]] = {}
        self.stopped_ms: list[float] = []
        self.seeks = self.slow_downs = 0
        self.minutes = 0.0

    def add(self, errors: Errors, steady: Errors) -> None:
        self.steady_ms += steady.playing_ms()
        self.seeks += steady.count("seeks")
        self.slow_downs += steady.count("slow_downs")
        self.minutes += steady.minutes
        self.stopped_ms += errors.after("stop", 1.5, 60.0)
        for change in ("start", "seek"):
            for window in WINDOWS_S:
                self.after_ms.setdefault((change, window), []).extend(errors.after(change, *window))

    def line(self, name: str) -> str:
        after = "  ".join(
            f"{change} {window[0]:.0f}-{window[1]:.0f} s {p50_p95(values_ms)}"
            for (change, window), values_ms in self.after_ms.items()
        )
        return (
            f"{name}: steady p50/p95 {p50_p95(self.steady_ms)} ms (mean {mean(self.steady_ms):+.0f}, most"
            f" {max(map(abs, self.steady_ms), default=0):.0f}), slow-downs a minute"
            f" {self.slow_downs / max(self.minutes, 0.01):.1f}, seeks {self.seeks}\n"
            f"    p50/p95 after: {after}  stop {p50_p95(self.stopped_ms)}"
        )


async def measure(runs: int, seconds: int, delays_ms: list[float]) -> None:
    names = {f"{delay_ms:g} ms": delay_ms for delay_ms in delays_ms}
    pooled = {name: Pooled() for name in names}
    apart: list[float] = []
    for number in range(runs):
        load = os.getloadavg()[0]
        async with bench_room() as room, room.entered():
            await room.load()
            for name, delay_ms in names.items():
                await room.add(name, delay_ms)
            await room.rest(SETTLES_S)
            steady_s = await _play_through(room, seconds)
            steady = {name: room.errors(name).between(steady_s, steady_s + seconds) for name in names}
            for name in names:
                pooled[name].add(room.errors(name), steady[name])
            if len(names) > 1:
                apart += apart_ms(*list(steady.values())[:2])
            still = stalls(*list(steady.values())[:2]) if len(names) > 1 else 0
            figures = ", ".join(f"{name} {p50_p95(each.playing_ms())}" for name, each in steady.items())
            print(
                f"run {number + 1}: steady p50/p95 {figures} ms; load {load:.1f} to {os.getloadavg()[0]:.1f};"
                f" moments in which the machine stood still: {still}",
                flush=True,
            )
    for name in names:
        print(pooled[name].line(name))
    if apart:
        print(f"between the two players, steady: {p50_p95(apart)} ms")


async def _play_through(room: BenchRoom, seconds: int) -> float:
    """Play, pause and seek, then play on; return when that last part began, in seconds of the server's clock."""
    for _ in range(3):
        await room.do("play")
        await room.rest(PLAYS_S)
        await room.do("pause")
        await room.rest(PAUSES_S)
    await room.do("seek", current_time=40.0)
    await room.rest(PAUSES_S)
    await room.do("play")
    await room.rest(PLAYS_S)
    for position_s in (100.0, 30.0, 70.0):
        await room.do("seek", current_time=position_s)
        await room.rest(SEEKS_S)
    await room.rest(CALMS_S)
    steady_s = room.server_s(time.monotonic())
    await room.rest(seconds)
    return steady_s
