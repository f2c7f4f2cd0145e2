"""mpv as a test sees it: over a socket of its own, beside the client's."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WITHIN_S = 20.0


class RemoteMpv:
    """`seeks` and `speeds` count the events that arrived while commands were run; speeds only if it is observed."""

    def __init__(self, path: Path) -> None:
        self.seeks = self.speeds = 0
        self._buffer = b""
        self._number = 0
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(WITHIN_S)
        until(lambda: self._connected(path), f"mpv listens at {path}")

    def _connected(self, path: Path) -> bool:
        try:
            self._socket.connect(str(path))
        except OSError:
            return False
        return True

    def close(self) -> None:
        self._socket.close()

    def command(self, *words: Any) -> Any:
        """Run a command; return its result, or None if it is refused."""
        self._number += 1
        request = {"command": words, "request_id": self._number}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            *lines, self._buffer = self._buffer.split(b"\n")
            for line in lines:
                message = json.loads(line)
                self.seeks += message.get("event") == "seek"
                self.speeds += message.get("name") == "speed"
                if message.get("request_id") == self._number and "event" not in message:
                    return message.get("data") if message["error"] == "success" else None
            chunk = self._socket.recv(65536)
            if not chunk:
                raise EOFError("mpv has ended")
            self._buffer += chunk

    def get(self, name: str) -> Any:
        return self.command("get_property", name)

    def set(self, name: str, value: Any) -> None:
        self.command("set_property", name, value)

    def timed(self, name: str) -> tuple[float | None, float, float]:
        """A property's value, the instant in the middle of the exchange, and half its length, in seconds."""
        asked = time.monotonic()
        value = self.get(name)
        took = time.monotonic() - asked
        return value, asked + took / 2, took / 2


def until(check: Callable[[], Any], what: str, within_s: float = WITHIN_S) -> Any:
    """Wait for a state; return it."""
    end = time.monotonic() + within_s
    while not (found := check()):
        assert time.monotonic() < end, f"not within {within_s} s: {what}"
        time.sleep(0.02)
    return found
