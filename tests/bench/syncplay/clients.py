"""Syncplay's own program with mpv, from the distribution's packages, each in processes of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.bench.syncplay.mpv import Mpv, Recorder
from tests.servers import free_port

PROGRAM = ("/usr/bin/python3", "/usr/bin/syncplay")  # its modules belong to the system's Python
PACKAGES = "syncplay mpv ffmpeg"
END_S = 5.0


def missing() -> str:
    """Return the packages to install, or nothing."""
    found = shutil.which("mpv") and shutil.which("ffmpeg") and Path(PROGRAM[1]).exists()
    return "" if found else PACKAGES


class RealClient:
    """`recorder` samples its player. Its window is left out, and so are picture and sound devices."""

    def __init__(self, folder: Path, name: str, port: int, room_id: str, film: Path) -> None:
        self.name, self.folder = name, folder / name
        (self.folder / "run").mkdir(parents=True)
        self.socket = self.folder / "mpv.sock"
        env = {
            **os.environ,
            "HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder / "run"),
            "LANG": "C.UTF-8",
        }
        options = ["--no-gui", "--no-store", "-d", "--language", "en", "--player-path", "/usr/bin/mpv"]
        address = ["-a", f"127.0.0.1:{port}", "-n", name, "-r", room_id]
        player = ["--vo=null", "--ao=null", "--config=no", f"--input-ipc-server={self.socket}"]
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [*PROGRAM, *options, *address, str(film), "--", *player],
                env=env, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.recorder = Recorder(self.socket)
        self.recorder.start()
        self._hand: Mpv | None = None

    @property
    def player(self) -> Mpv:
        """The player, to press its keys."""
        if self._hand is None:
            self._hand = Mpv(self.socket)
        return self._hand

    def say(self, text: str) -> None:
        """Type into its chat."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"ch {text}\n".encode())
        self.process.stdin.flush()

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")

    def freeze(self) -> None:
        os.killpg(self.process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.killpg(self.process.pid, signal.SIGCONT)

    def stop(self) -> None:
        self.recorder.stop()
        with suppress(OSError, EOFError):
            self.player.command("quit")
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(END_S)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)


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
