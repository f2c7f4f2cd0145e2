"""Syncplay's own program with mpv, from the distribution's packages, each in processes of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.bench.syncplay.mpv import Recorder
from tests.servers import free_port
from tests.servers.syncplay_client import SyncplayClient

PACKAGES = "syncplay mpv ffmpeg"
END_S = 5.0


def missing() -> str:
    """Return the packages to install, or nothing."""
    return "" if all(map(shutil.which, PACKAGES.split())) else PACKAGES


class RealClient(SyncplayClient):
    """`recorder` samples its player."""

    def __init__(self, folder: Path, name: str, port: int, room_id: str, film: Path) -> None:
        super().__init__(folder, name, port, room_id, film)
        self.recorder = Recorder(self.socket)
        self.recorder.start()

    def freeze(self) -> None:
        os.killpg(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)

    def stop(self) -> None:
        self.recorder.stop()
        super().stop()


@contextmanager
def delayed(port: int, delay_ms: float) -> Iterator[int]:
    """Return a port behind which messages take `delay_ms` in each direction."""
    if not delay_ms:
        yield port
        return
    listen = free_port()
    line = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.bench.syncplay.delay_line",
            f"{listen}",
            f"{port}",
            f"{delay_ms}",
            f"{delay_ms}",
        ]
    )
    try:
        yield listen
    finally:
        line.terminate()
        line.wait(END_S)


def make_film(path: Path, seconds: int) -> Path:
    """A small film: 25 pictures a second, and sound."""
    picture, sound = (
        f"testsrc2=size=160x90:rate=25:duration={seconds}",
        f"sine=frequency=440:duration={seconds}",
    )
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
    codecs = ["-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    subprocess.run([*command, *codecs, "-movflags", "+faststart", str(path)], check=True, timeout=120)
    return path
