"""Conversions whose worker, server or machine ends: they go on by themselves, and the result is right."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.media.generator import made
from tests.playback.conversion.fmp4 import frames_of
from tests.playback.conversion.frame_numbers import numbers_in
from tests.servers import SQLITE, Server, forks, watchium_server

AAC_S = 1024 / 48000
WAIT_S = 60.0
MOST_LOST = 2  # segments that a kill may cost: the one under way, and one that is not listed yet
WRONG_BY = 0.05  # the most that the progress may differ from what is written

pytestmark = pytest.mark.once


def film(folder: Path, repeats: int) -> Path:
    """Make a film of `repeats` times four seconds that has to be encoded."""
    target = folder / f"film{repeats}.mkv"
    again = ["-stream_loop", str(repeats - 1), "-i"]
    command = ["ffmpeg", "-v", "error", *again, str(made("v_hevc.mkv")), *again, str(made("a_aac.mka"))]
    command += ["-map", "0:v", "-map", "1:a", "-shortest", "-c", "copy", str(target)]
    subprocess.run(command, check=True, timeout=60)
    return target


@contextmanager
def queued(source: Path) -> Iterator[Server]:
    """A server that does not convert by itself, with one queued film."""
    env = {"WATCHIUM_LIBRARY_DIR": str(source.parent), "WATCHIUM_CONVERSIONS": "0"}
    with watchium_server(env) as running:
        running.manage("scan_media", "--prepare")
        yield running


@pytest.mark.early
def test_a_killed_worker_is_resumed(tmp_path: Path):
    with queued(source := film(tmp_path, repeats=8)) as server:
        server.env["PATH"] = f"{slow_ffmpeg(tmp_path)}:{server.env['PATH']}"
        kill_and_finish(server, kills=1, segments=lambda before: before + 4)
        check(server, source, attempts=2)


@pytest.mark.long
def test_a_worker_killed_at_ten_random_moments(tmp_path: Path):
    chance = random.Random(7)
    with queued(source := film(tmp_path, repeats=100)) as server:
        server.env["PATH"] = f"{slow_ffmpeg(tmp_path)}:{server.env['PATH']}"
        allow_attempts(server)
        differences = kill_and_finish(
            server,
            kills=10,
            segments=lambda before: before + chance.randint(0, 1),
            read_on=lambda: chance.randrange(source.stat().st_size // 100),
        )
        check(server, source, attempts=11)
        print(f"progress differs by at most {max(differences):.3f} from what is written")
        assert max(differences) < WRONG_BY


def slow_ffmpeg(folder: Path) -> Path:
    """A folder with an ffmpeg that reads 20 seconds of film a second, so that kills come before the end."""
    program = folder / "bin" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shutil.which("ffmpeg")} -readrate 20 "$@"\n')
    program.chmod(0o755)
    return program.parent


def kill_and_finish(
    server: Server, kills: int, segments: Callable[[int], int], read_on: Callable[[], int] | None = None
) -> list[float]:
    """Return how far the last worker's progress was, at each look, from the share of the segments written."""
    for attempt in range(1, kills + 1):
        worker = convert(server)
        wait_for_attempt(server, attempt)
        wait_for_segments(server, segments(listed(server)))
        if read_on is not None:
            wait_for_read(server, read_on())  # anywhere within a segment
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        execute(server, "UPDATE playback_conversion SET lease_until_ms = 0")
    begin = progress_of(server)
    worker = convert(server)
    reports, written = [], []

    def ended() -> bool:
        reports.append(progress_of(server))
        written.append(segments_in(server))
        return worker.poll() is not None

    wait(ended)
    assert worker.returncode == 0
    total = segments_in(server)
    assert min(reports) > begin - MOST_LOST / total  # it goes on after the last whole segment
    return [abs(report - segments / total) for report, segments in zip(reports, written, strict=True)]


def progress_of(server: Server) -> float:
    [(progress,)] = query(server, "SELECT progress FROM playback_conversion")
    return progress


def segments_in(server: Server) -> int:
    """How many segments of the picture are whole, listed or not."""
    folders = (server.data_dir / "converted").glob("*/*/v")
    return max((len(list(folder.glob("*.m4s"))) for folder in folders), default=0)


def wait_for_read(server: Server, more: int) -> None:
    """Wait until ffmpeg has read more bytes than now, or since it began."""
    wait(lambda: bool(processes_in(server, "ffmpeg")))
    wanted = read_by_ffmpeg(server) + more
    wait(lambda: read_by_ffmpeg(server) >= wanted)


def read_by_ffmpeg(server: Server) -> int:
    [ffmpeg] = processes_in(server, "ffmpeg")
    counters = Path(f"/proc/{ffmpeg}/io").read_text()
    return int(counters.split("rchar: ")[1].split()[0])


def wait_for_attempt(server: Server, attempt: int) -> None:
    wait(lambda: query(server, "SELECT attempts FROM playback_conversion") == [(attempt,)])


def wait_for_segments(server: Server, wanted: int) -> None:
    wait(lambda: listed(server) >= wanted)


def check(server: Server, source: Path, attempts: int) -> None:
    """Each picture once and in its place, sound without a hole, and nothing else in the folder."""
    [(job, item, state, made_attempts, progress)] = query(
        server, "SELECT id, item_id, state, attempts, progress FROM playback_conversion"
    )
    assert (state, made_attempts, progress) == ("done", attempts, 1.0)
    folder = server.data_dir / "converted" / str(item) / str(job)
    video, audio = (frames_of(folder / name, read_list(folder / name)) for name in ("v", "a0"))
    assert video.first == audio.first == 0.0
    assert video.times == pytest.approx(times_in(source), abs=0.002)
    assert audio.longest_distance < AAC_S * 1.1
    assert numbers_in(folder / "master.m3u8") == numbers_in(source)
    assert [path.name for path in folder.parent.iterdir()] == [str(job)]
    named = {segment.name for segment in read_list(folder / "v").segments}
    assert {path.name for path in (folder / "v").glob("*.m4s")} == named


def times_in(film: Path) -> list[float]:
    """The presentation times of its pictures."""
    command = ["ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts_time"]
    done = subprocess.run(
        [*command, "-of", "csv=p=0", str(film)], capture_output=True, check=True, timeout=60
    )
    return sorted(float(line.strip(b",")) for line in done.stdout.split())


def read_list(folder: Path):
    from playback.conversion.hls_playlist import parse

    return parse((folder / "index.m3u8").read_text())


def convert(server: Server) -> subprocess.Popen[bytes]:
    with server.log_path.open("ab") as output:
        return forks.start(["manage.py", "convert", "--once"], server.env, output.fileno())


def listed(server: Server) -> int:
    """How many segments players can see."""
    lists = (server.data_dir / "converted").glob("*/*.part/v/index.m3u8")
    return max((path.read_text().count("#EXTINF") for path in lists), default=0)


def is_running(server: Server) -> bool:
    return query(server, "SELECT state FROM playback_conversion") == [("running",)]


def allow_attempts(server: Server) -> None:
    """More kills than the three that a job survives."""
    execute(server, "UPDATE playback_conversion SET stops = 100")


def query(server: Server, sql: str) -> list[tuple]:
    with closing(sqlite3.connect(server.data_dir / SQLITE, timeout=20)) as database:
        return database.execute(sql).fetchall()


def execute(server: Server, sql: str) -> None:
    with closing(sqlite3.connect(server.data_dir / SQLITE, timeout=20)) as database, database:
        database.execute(sql)


def wait(is_true: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT_S
    while not is_true():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_the_worker_of_a_server_ends_with_it(tmp_path: Path):
    """The server is killed alone: no signal reaches its worker or ffmpeg."""
    with watchium_server({"WATCHIUM_LIBRARY_DIR": str(film(tmp_path, repeats=200).parent)}) as server:
        server.manage("scan_media", "--prepare")
        wait(lambda: is_running(server) and bool(processes_in(server, "ffmpeg")))
        [ffmpeg], [worker] = processes_in(server, "ffmpeg"), processes_in(server, "convert")
        assert niceness(ffmpeg) == 15
        os.kill(server.pid, signal.SIGKILL)
        wait(lambda: not processes_in(server, "ffmpeg") and not processes_in(server, "convert"))
        assert worker != server.pid
        assert query(server, "SELECT state, stops FROM playback_conversion") == [("queued", 1)]
        server.process.wait()


def test_ffmpeg_ends_with_its_worker(tmp_path: Path):
    with queued(film(tmp_path, repeats=200)) as server:
        worker = convert(server)
        wait(lambda: bool(processes_in(server, "ffmpeg")))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        wait(lambda: not processes_in(server, "ffmpeg"))


def processes_in(server: Server, word: str) -> list[int]:
    """Processes of this server that were started with the word."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            environment = (folder / "environ").read_bytes()
            here = (folder / "cwd").readlink()
            mine = str(server.data_dir).encode() in environment or server.data_dir in here.parents
            if mine and any(Path(text.decode()).name == word for text in words[:3] if text):
                found.append(int(folder.name))
    return found


def niceness(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[16])
