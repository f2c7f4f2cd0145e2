"""Syncplay's own program with mpv, as Debian packages them, without a window, a picture and sound."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tests.servers import CHAIN, certificate_folder, syncplay_command

STARTS_S = 30.0
TIMEOUT_S = 15.0
END_S = 5.0


class Mpv:
    """A running mpv: its properties as it reports them, and its keys."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.pause: Any = None
        self.position: Any = None
        for number, name in enumerate(("pause", "time-pos"), 1):
            self.send("observe_property", number, name)

    def send(self, *command: Any) -> None:
        self._writer.write(json.dumps({"command": command}).encode() + b"\n")

    def press(self, name: str, value: Any) -> None:
        self.send("set_property", name, value)

    async def until(self, condition: Callable[[Mpv], Any]) -> None:
        async with asyncio.timeout(TIMEOUT_S):
            while not condition(self):
                event = json.loads(await self._reader.readline())
                if event.get("event") == "property-change":
                    setattr(self, "pause" if event["name"] == "pause" else "position", event.get("data"))

    def close(self) -> None:
        self._writer.close()


async def _connect(path: Path) -> Mpv:
    async with asyncio.timeout(STARTS_S):
        while True:
            with suppress(OSError):
                return Mpv(*await asyncio.open_unix_connection(path))
            await asyncio.sleep(0.05)  # mpv makes its socket when it starts


class RealClient:
    def __init__(self, process: asyncio.subprocess.Process, mpv: Mpv) -> None:
        self.process, self.mpv = process, mpv

    def type(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())

    def write(self, text: str) -> None:
        """Type a comment."""
        self.type(f"ch {text}")


@asynccontextmanager
async def real_client(folder: Path, port: int, name: str, room: str, film: Path) -> AsyncIterator[RealClient]:
    """Raises Missing without the programs."""
    path = folder / "mpv.sock"
    (folder / "run").mkdir()
    env = {key: str(folder) for key in ("HOME", "XDG_CONFIG_HOME")}
    env |= {"XDG_RUNTIME_DIR": str(folder / "run"), "LANG": "C.UTF-8", "PATH": os.environ["PATH"]}
    env["PYTHONUNBUFFERED"] = "1"
    env["PYTHONPATH"] = str(_trust_of(certificate_folder() / CHAIN, folder / "trust"))
    command = [
        *syncplay_command(),
        *("--no-gui", "--no-store", "--language", "en", "--player-path", "/usr/bin/mpv"),
        *("-a", f"localhost:{port}", "-n", name, "-r", room, str(film), "--"),
        *("--vo=null", "--ao=null", "--config=no", f"--input-ipc-server={path}"),
    ]
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *command, env=env, stdin=asyncio.subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
        )
    mpv = None
    try:
        mpv = await _connect(path)
        yield RealClient(process, mpv)
    finally:
        if mpv is not None:
            mpv.send("quit")
            mpv.close()
        await _end(process)


def _trust_of(chain: Path, folder: Path) -> Path:
    """A module path on which the program finds this certificate in place of those of public authorities."""
    folder.mkdir()
    (folder / "certifi.py").write_text(f"def where():\n    return {str(chain)!r}\n")
    return folder


async def _end(process: asyncio.subprocess.Process) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), END_S)
            return
