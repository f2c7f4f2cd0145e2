"""`python -m tests.bench.mpv`: how far the sound of mpv is from its room, with the client in `watchium/client/mpv`.

Truth is mpv's `audio-pts` over a socket of its own, and the server's clock by pings of its own without delay.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.mpv.delay import delayed
from tests.client import Client, RoomClient
from tests.servers import ROOT, watchium_server
from tests.servers.remote_mpv import RemoteMpv, until
from watchium.client import offset_and_delay
from watchium.client.mpv.own_copy import read_own
from watchium.client.sync.timeline import position_at

LENGTH_S = 600.0
SETTLED_S = 8.0
GOOD_READ_S = 0.001
LOOK_S = 0.1
WINDOWS = ((0.3, 1.0), (1.0, 2.0), (2.0, 4.0), (4.0, 7.0))


@dataclass
class Run:
    errors_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    seeks: int = 0
    speeds: int = 0
    steady_s: float = 0.0


@dataclass
class Bench:
    room: RoomClient
    player: RemoteMpv
    ahead_ms: float
    run: Run = field(default_factory=Run)

    async def look(self, kind: str, seconds: float) -> None:
        """Sample the error for this long after a command."""
        began = time.monotonic()
        while (passed := time.monotonic() - began) < seconds:
            value, at_s, half_s = self.player.timed("audio-pts")
            server_ms = at_s * 1000 + self.ahead_ms
            timeline = self.room.timeline
            if value is not None and half_s <= GOOD_READ_S and timeline and server_ms >= timeline.timestamp:
                error_ms = 1000 * (value - position_at(timeline, server_ms))
                self.run.errors_ms[self._window(kind, passed)].append(error_ms)
            await asyncio.sleep(LOOK_S)

    def _window(self, kind: str, passed_s: float) -> str:
        if kind == "steady":
            return "steady"
        window = next(
            (f"{least} to {most} s" for least, most in WINDOWS if least <= passed_s < most), "other"
        )
        return f"{kind}, {window} after"

    async def steady(self, seconds: float) -> None:
        await self.look("settling", SETTLED_S)
        before = self.player.seeks, self.player.speeds
        await self.look("steady", seconds)
        self.run.seeks += self.player.seeks - before[0]
        self.run.speeds += self.player.speeds - before[1]
        self.run.steady_s += seconds


async def measure(film: Path, delay_s: float, seconds: float) -> Run:
    with watchium_server() as server, tempfile.TemporaryDirectory() as folder:
        host = Client(server.url)
        room_id = host.create_room(username="Mira").room_id
        own = read_own(film)
        host.control(room_id, "load", own={"size": own.size, "sha256": own.sha256, "duration": LENGTH_S})
        async with delayed(server.port, delay_s) as port, host.enter(room_id) as room, _beating(room):
            address = f"http://127.0.0.1:{port}/rooms/{room_id}/"
            async with _watching(address, film, Path(folder) / "mpv") as player:
                while (await room.hear("member_joined", timeout=30)).payload.username != "Tom":
                    pass
                await asyncio.sleep(3 + 20 * delay_s)
                bench = Bench(room, player, await _ahead_ms(room))
                await _script(bench, seconds)
                return bench.run


async def _script(bench: Bench, seconds: float) -> None:
    room, player = bench.room, bench.player
    await room.say("play", current_time=5)
    await bench.steady(seconds)
    for position_s in (100.0, 250.3, 400.7):
        await room.say("seek", current_time=position_s)
        await bench.look("seek", WINDOWS[-1][1])
    for _ in range(3):
        await room.say("pause")
        await asyncio.sleep(1.5)
        position, at = player.get("time-pos"), room.timeline.current_time if room.timeline else 0.0
        bench.run.errors_ms["paused, to the room's picture"].append(1000 * (position - at))
        await room.say("play")
        await bench.look("start", WINDOWS[-1][1])


@asynccontextmanager
async def _watching(address: str, film: Path, path: Path) -> AsyncIterator[RemoteMpv]:
    quiet = ["--no-config", "--vo=null", "--ao=null"]
    mpv = await _started("mpv", *quiet, "--no-terminal", "--idle", f"--input-ipc-server={path}")
    client: asyncio.subprocess.Process | None = None
    try:
        await asyncio.to_thread(until, path.exists, "mpv listens")
        player = RemoteMpv(path)
        command = [sys.executable, "-m", "watchium.client.mpv", address, str(film), "--name", "Tom"]
        client = await _started(*command, "--mpv-socket", str(path))
        player.command("observe_property", 1, "speed")
        yield player
        player.close()
    finally:
        for process in (client, mpv):
            if process:
                process.terminate()
                await process.wait()


async def _started(*command: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=subprocess.DEVNULL)


@asynccontextmanager
async def _beating(room: RoomClient) -> AsyncIterator[None]:
    async def beat() -> None:
        while True:
            await room.send("heartbeat", current_time=0, is_playing=False, is_synced=True, state="companion")
            await asyncio.sleep(3)

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()


async def _ahead_ms(room: RoomClient) -> float:
    """The server's clock minus this host's monotonic clock."""
    measured = []
    for _ in range(20):
        pong, arrived_ms = await room.exchange()
        measured.append(offset_and_delay(pong.t0, pong.t1, pong.t2, arrived_ms))
        await asyncio.sleep(0.1)
    return min(measured, key=lambda one: one[1])[0]


def film_in(folder: Path) -> Path:
    path = folder / "film.mkv"
    picture, sound = f"testsrc2=s=160x90:r=25:d={LENGTH_S}", f"sine=440:d={LENGTH_S}"
    inputs = ["-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    coding = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-c:a", "aac"]
    subprocess.run(["ffmpeg", "-loglevel", "error", *inputs, *coding, str(path)], check=True)
    return path


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def steady_line(run: Run) -> str:
    sizes = [abs(error) for error in run.errors_ms["steady"]]
    if not sizes:
        return "no sample of a steady state"
    return f"steady p50/p95 {percentile(sizes, 0.5):.1f}/{percentile(sizes, 0.95):.1f} ms, {run.seeks} seeks"


def report(title: str, runs: list[Run]) -> None:
    print(f"\n{title}; load {os.getloadavg()[0]:.1f}")
    pooled: dict[str, list[float]] = defaultdict(list)
    for run in runs:
        for window, errors in run.errors_ms.items():
            pooled[window] += errors
    print(f"  {'error in ms':34}{'n':>6}{'middle':>9}{'p50':>8}{'p95':>8}{'most':>8}")
    for window, errors in pooled.items():
        if window.startswith("settling") or window.endswith("other after"):
            continue
        sizes = [abs(error) for error in errors]
        figures = (statistics.median(errors), percentile(sizes, 0.5), percentile(sizes, 0.95), max(sizes))
        print(
            f"  {window:34}{len(errors):6}{figures[0]:9.1f}"
            + "".join(f"{figure:8.1f}" for figure in figures[1:])
        )
    steady = [percentile([abs(error) for error in run.errors_ms["steady"]], 0.95) for run in runs]
    minutes = sum(run.steady_s for run in runs) / 60
    print(f"  steady p95 by run: {', '.join(f'{p95:.1f}' for p95 in steady)}")
    seeks, speeds = (sum(getattr(run, name) for run in runs) for name in ("seeks", "speeds"))
    print(f"  in steady state: {seeks} seeks, {speeds / minutes:.1f} changes of the speed a minute")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.mpv", description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60, help="of steady state in each run (%(default)s)")
    parser.add_argument("--delays", default="0,60", help="each way, in ms (%(default)s)")
    options = parser.parse_args()
    if missing := [name for name in ("mpv", "ffmpeg") if not shutil.which(name)]:
        print(f"needs {' and '.join(missing)}")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        film = film_in(Path(folder))
        for delay_ms in map(float, options.delays.split(",")):
            runs: list[Run] = []
            for number in range(options.runs):
                load = os.getloadavg()[0]
                runs.append(asyncio.run(measure(film, delay_ms / 1000, options.seconds)))
                print(
                    f"run {number + 1}, {delay_ms:g} ms: {steady_line(runs[-1])}; load {load:.1f}", flush=True
                )
            report(f"{delay_ms:g} ms each way, {options.runs} runs", runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
