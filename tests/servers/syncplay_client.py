"""Syncplay's own program with mpv, as Debian packages them, without a window, a picture and sound."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.servers.binaries import mpv_path, syncplay_command
from tests.servers.certificates import syncplay_encryption
from tests.servers.remote_mpv import RemoteMpv

END_S = 5.0
RECEIVED = "client/server << "  # in the log, before each line that the server sent


class SyncplayClient:
    """Its files are in `folder / name`. It starts at once; `mpv` waits until its player runs. Raises Missing."""

    def __init__(self, folder: Path, name: str, port: int, room_id: str, film: Path) -> None:
        self.name, self.folder = name, folder / name
        (self.folder / "run").mkdir(parents=True)
        self.socket = self.folder / "mpv.sock"
        env = {key: str(self.folder) for key in ("HOME", "XDG_CONFIG_HOME")}
        env |= {"XDG_RUNTIME_DIR": str(self.folder / "run"), "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
        env |= _trust(self.folder)
        command = [
            *syncplay_command(),
            *("--no-gui", "--no-store", "-d", "--language", "en", "--player-path", mpv_path()),
            *("-a", f"localhost:{port}", "-n", name, "-r", room_id, str(film), "--"),
            *("--vo=null", "--ao=null", "--config=no", f"--input-ipc-server={self.socket}"),
        ]
        self._log = self.folder / "log"
        with self._log.open("wb") as log:
            self.process = subprocess.Popen(
                command, env=env, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
            )
        self._mpv: RemoteMpv | None = None
        self._read_bytes = 0
        self._received: defaultdict[str, list[Any]] = defaultdict(list)

    @property
    def mpv(self) -> RemoteMpv:
        """Its player, to read it and to press its keys."""
        if self._mpv is None:
            self._mpv = RemoteMpv(self.socket)
        return self._mpv

    def type(self, line: str) -> None:
        """Type into its console: `ch TEXT` writes into the chat, `t` changes its ready mark."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()

    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def received(self, word: str) -> list[Any]:
        """The messages of this word that the server has sent so far."""
        with self._log.open("rb") as log:
            log.seek(self._read_bytes)
            *lines, rest = log.read().split(b"\n")
            self._read_bytes = log.tell() - len(rest)
        for line in lines:
            _, mark, message = line.decode(errors="replace").partition(RECEIVED)
            if mark:
                for key, content in json.loads(message).items():
                    self._received[key].append(content)
        return self._received[word]

    def stop(self) -> None:
        """End the program and its player."""
        with suppress(OSError, EOFError, AssertionError):
            if self.process.poll() is None:
                self.mpv.command("quit")
        if self._mpv is not None:
            self._mpv.close()
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, sign)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(END_S)
                break
        if self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.close()


def _trust(folder: Path) -> dict[str, str]:
    """A module path on which the program finds the tests' certificate in place of those of public authorities."""
    chain = syncplay_encryption().get("WATCHIUM_SYNCPLAY_CERTIFICATE")
    if chain is None:
        return {}
    (folder / "trust").mkdir()
    (folder / "trust" / "certifi.py").write_text(f"def where():\n    return {chain!r}\n")
    return {"PYTHONPATH": str(folder / "trust")}


@contextmanager
def syncplay_client(folder: Path, name: str, port: int, room_id: str, film: Path) -> Iterator[SyncplayClient]:
    client = SyncplayClient(folder, name, port, room_id, film)
    try:
        yield client
    finally:
        client.stop()
