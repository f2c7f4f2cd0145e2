"""mpv over its IPC socket: presses as a person makes them, and the truth about what it plays."""

from __future__ import annotations

import json
import socket
import time
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

TIMEOUT_S = 10.0
SAMPLES_PER_S = 5


class Mpv:
    """One connection, for one thread."""

    def __init__(self, path: Path, within_s: float = TIMEOUT_S) -> None:
        until_s = time.monotonic() + within_s
        while True:
            self._socket = socket.socket(socket.AF_UNIX)
            try:
                self._socket.connect(str(path))
                break
            except OSError:
                self._socket.close()
                if time.monotonic() > until_s:
                    raise TimeoutError(f"no player at {path}") from None
                time.sleep(0.1)
        self._socket.settimeout(TIMEOUT_S)
        self._buffer, self._number = b"", 0
        self.seeks = 0
        self.slow_downs = 0

    def close(self) -> None:
        self._socket.close()

    def command(self, *words: object) -> Any:
        self._number += 1
        line = json.dumps({"command": words, "request_id": self._number}).encode() + b"\n"
        self._socket.sendall(line)
        while True:
            message = self._message()
            if message.get("request_id") == self._number and "error" in message:
                return message.get("data") if message["error"] == "success" else None
            self._note(message)

    def _message(self) -> dict[str, Any]:
        while b"\n" not in self._buffer:
            received = self._socket.recv(65536)
            if not received:
                raise EOFError("the player is gone")
            self._buffer += received
        line, self._buffer = self._buffer.split(b"\n", 1)
        message: dict[str, Any] = json.loads(line)
        return message

    def _note(self, message: dict[str, Any]) -> None:
        if message.get("event") == "seek":
            self.seeks += 1
        elif message.get("event") == "property-change" and message.get("name") == "speed":
            self.slow_downs += (message.get("data") or 1.0) < 1.0

    def watch_speed(self) -> None:
        self.command("observe_property", 1, "speed")

    def get(self, name: str) -> Any:
        return self.command("get_property", name)

    def set(self, name: str, value: object) -> None:
        self.command("set_property", name, value)

    def timed(self, name: str) -> tuple[Any, float]:
        """Return a property and the instant in the middle of the exchange."""
        before_s = time.monotonic()
        value = self.get(name)
        return value, (before_s + time.monotonic()) / 2


class Sample(NamedTuple):
    """`position_s`: of the sound while it plays, of the picture while it stands. `seeks`, `slow_downs`: until then."""

    at_s: float
    position_s: float
    paused: bool
    seeks: int
    slow_downs: int


class Recorder(Thread):
    """Samples a player five times a second until `stop`; goes on when the player does not answer for a while."""

    def __init__(self, path: Path) -> None:
        super().__init__(daemon=True)
        self._path = path
        self._stopped = Event()
        self.samples: list[Sample] = []

    def run(self) -> None:
        mpv = Mpv(self._path)
        mpv.watch_speed()
        due_s = time.monotonic()
        while not self._stopped.is_set():
            try:
                self._sample(mpv)
            except (OSError, EOFError, ValueError):
                mpv.close()
                if self._stopped.wait(0.2):
                    return
                mpv = self._again(mpv)
            due_s = max(due_s + 1 / SAMPLES_PER_S, time.monotonic())
            self._stopped.wait(due_s - time.monotonic())
        mpv.close()

    def _again(self, mpv: Mpv) -> Mpv:
        seeks, slow_downs = mpv.seeks, mpv.slow_downs
        try:
            mpv = Mpv(self._path)
        except TimeoutError:
            self._stopped.set()
            return mpv
        mpv.seeks, mpv.slow_downs = seeks, slow_downs
        mpv.watch_speed()
        return mpv

    def _sample(self, mpv: Mpv) -> None:
        paused = mpv.get("pause")
        position_s, at_s = mpv.timed("time-pos" if paused else "audio-pts")
        if position_s is not None and paused is not None:
            self.samples.append(Sample(at_s, position_s, paused, mpv.seeks, mpv.slow_downs))

    def stop(self) -> None:
        self._stopped.set()
        self.join(TIMEOUT_S)
