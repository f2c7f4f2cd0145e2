"""Lines on mpv's picture: what others write and do, and what the client has to say."""

from __future__ import annotations

import asyncio
import contextlib
import unicodedata
from collections import deque

from watchium.client.mpv.ipc import MpvError, MpvIpc

LINES = 5
LINE_CHARS = 200
SHOWN_MS = 5000.0


def clean(text: str) -> str:
    """One line without characters that control anything, of bounded length."""
    kept = (" " if char.isspace() else char for char in text if _is_printable(char))
    line = " ".join("".join(kept).split())
    return line if len(line) <= LINE_CHARS else line[: LINE_CHARS - 1] + "…"


def _is_printable(char: str) -> bool:
    """Controls, marks that turn the direction of text, and half characters are not; spaces become one space."""
    return char.isspace() or unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


class RecentLines:
    """The last lines until each has been shown long enough. Pure; the time is passed in."""

    def __init__(self) -> None:
        self._lines: deque[tuple[float, str]] = deque(maxlen=LINES)

    def add(self, text: str, now_ms: float) -> None:
        self._lines.append((now_ms + SHOWN_MS, clean(text)))

    def shown(self, now_ms: float) -> tuple[str, float]:
        """The text to show now, and for how many milliseconds."""
        while self._lines and self._lines[0][0] <= now_ms:
            self._lines.popleft()
        if not self._lines:
            return "", 0.0
        return "\n".join(text for _, text in self._lines), self._lines[-1][0] - now_ms


class Osd:
    def __init__(self, ipc: MpvIpc) -> None:
        self._ipc = ipc
        self._recent = RecentLines()
        self._sending: set[asyncio.Task[None]] = set()

    def show(self, text: str) -> None:
        """Add a line to those on the picture."""
        now_ms = asyncio.get_running_loop().time() * 1000
        self._recent.add(text, now_ms)
        task = asyncio.create_task(self._send(*self._recent.shown(now_ms)))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, text: str, for_ms: float) -> None:
        """mpv expands nothing in a text that comes over its socket."""
        with contextlib.suppress(MpvError):
            await self._ipc.command("show-text", text, round(for_ms))
