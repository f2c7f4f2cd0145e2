"""Where each process of an installation writes its figures once a second, for whichever of them is asked.

One file a process, in a folder of the data folder. A process takes the lowest file that nobody holds and goes on from
the counts that it finds in it: totals stay monotonic over restarts and crashes, and there are never more files than
there were processes at once. Written in place, with a checksum: a rename a second would make some file systems sync.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from zlib import crc32

import msgspec

from watchium.telemetry.aggregate import Figures, lasting

try:
    import fcntl
except ImportError:  # a system without them runs one process
    fcntl = None  # type: ignore[assignment]

MOST = 64
LOOKS, LOOK_S = 3, 0.005  # `serving` holds each for a moment to see whether somebody does
FRESH_MS = 10_000.0  # a process that wrote nothing for so long is gone, or hangs
LARGEST = 1_000_000


class Page(msgspec.Struct, kw_only=True):
    """What a process wrote last, at this server time."""

    pid: int
    at_ms: float
    started_ms: float
    figures: Figures

    def fresh(self, now_ms: float) -> bool:
        return abs(now_ms - self.at_ms) < FRESH_MS


class MetricFile:
    """One file, held by this process until it ends. `before`: the counts of those who held it earlier."""

    def __init__(self, folder: Path, number: int, descriptor: int) -> None:
        self.folder = folder
        self.number = number
        self._descriptor = descriptor
        found = read(folder / str(number))
        self.before = lasting(found.figures) if found else Figures()

    def write(self, page: Page) -> None:
        """Raises OSError where it cannot."""
        text = msgspec.json.encode(page)
        os.pwrite(self._descriptor, b"%08x %d\n" % (crc32(text), len(text)) + text, 0)

    def release(self) -> None:
        os.close(self._descriptor)


def take(folder: Path) -> MetricFile | None:
    """A file of our own; None where the folder cannot be used or all are taken."""
    if fcntl is None:
        return None
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(MOST):
            if (descriptor := _held(folder / str(number))) is not None:
                return MetricFile(folder, number, descriptor)
    return None


def serving(folder: Path) -> int:
    """How many processes hold one of them: those that run, whatever their environment says."""
    if fcntl is None:
        return 0
    return sum(_is_held(path) for path in folder.glob("[0-9]*"))


def _is_held(path: Path) -> bool:
    with contextlib.suppress(OSError), path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _held(path: Path) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for _ in range(LOOKS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOOK_S)
        else:
            return descriptor
    os.close(descriptor)
    return None


def read(path: Path) -> Page | None:
    """What is in a file; None of one that is not there, half written or not ours."""
    try:
        with path.open("rb") as file:
            head, _, text = file.read(LARGEST).partition(b"\n")
        checksum, length = head.split()
        text = text[: int(length)]
        return msgspec.json.decode(text, type=Page) if crc32(text) == int(checksum, 16) else None
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


class MetricDirectory:
    """All the files of a folder. One that is being written just now is what it was."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._last: dict[int, Page] = {}

    def pages(self) -> dict[int, Page]:
        """By the number of the file; also those of processes that are gone."""
        for number in self._numbers():
            if page := read(self.folder / str(number)):
                self._last[number] = page
        return dict(self._last)

    def _numbers(self) -> list[int]:
        with contextlib.suppress(OSError):
            return sorted(int(name) for name in os.listdir(self.folder) if name.isdecimal())[:MOST]
        return []
