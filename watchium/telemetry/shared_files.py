"""Metric files: each process of an installation writes its metrics to one once a second, and any process reads them.

There is one file per process, in a folder of the data folder. A process locks the free file with the lowest number and
continues from the counts in it: totals stay monotonic over restarts and crashes, and there are never more files than
there were processes at once. Files are written in place, with a checksum: renaming one each second would make some file
systems sync.
"""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path
from zlib import crc32

import msgspec

from watchium.telemetry.aggregate import Metrics, without_gauges

try:
    import fcntl
except ImportError:  # a system without it runs one process
    fcntl = None  # type: ignore[assignment]

MOST_FILES = 64
LOCK_ATTEMPTS, LOCK_PAUSE_S = 3, 0.005  # `count_processes` holds each lock for a moment
FRESH_MS = 10_000.0  # a process that wrote nothing for that long has ended or hangs
LARGEST_BYTES = 1_000_000


class MetricPage(msgspec.Struct, kw_only=True):
    """The content of a metric file: what its process last wrote, at this server time."""

    pid: int
    at_ms: float
    started_ms: float
    metrics: Metrics = msgspec.field(name="figures")

    def fresh(self, now_ms: float) -> bool:
        return abs(now_ms - self.at_ms) < FRESH_MS


class MetricFile:
    """A file that this process holds until it ends. `before`: the counts of the processes that held it earlier."""

    def __init__(self, folder: Path, number: int, descriptor: int) -> None:
        self.folder = folder
        self.number = number
        self._descriptor = descriptor
        found = read_page(folder / str(number))
        self.before = without_gauges(found.metrics) if found else Metrics()

    def write(self, page: MetricPage) -> None:
        """Raises OSError."""
        text = msgspec.json.encode(page)
        os.pwrite(self._descriptor, b"%08x %d\n" % (crc32(text), len(text)) + text, 0)

    def release(self) -> None:
        os.close(self._descriptor)


def acquire(folder: Path) -> MetricFile | None:
    """Lock a free file; None if the folder cannot be used or all files are held."""
    if fcntl is None:
        return None
    with contextlib.suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(MOST_FILES):
            if (descriptor := _lock(folder / str(number))) is not None:
                return MetricFile(folder, number, descriptor)
    return None


def count_processes(folder: Path) -> int:
    """Count the processes that hold a file: those that run, whatever their environment says."""
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


def _lock(path: Path) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    for _ in range(LOCK_ATTEMPTS):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_PAUSE_S)
        else:
            return descriptor
    os.close(descriptor)
    return None


def read_page(path: Path) -> MetricPage | None:
    """The page in a file; None if the file is missing, half written or not a metric file."""
    try:
        with path.open("rb") as file:
            head, _, text = file.read(LARGEST_BYTES).partition(b"\n")
        checksum, length = head.split()
        text = text[: int(length)]
        return msgspec.json.decode(text, type=MetricPage) if crc32(text) == int(checksum, 16) else None
    except (OSError, ValueError, msgspec.MsgspecError):
        return None


class MetricDirectory:
    """All metric files of a folder. A file that is being written keeps its previous page."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._last: dict[int, MetricPage] = {}

    def pages(self) -> dict[int, MetricPage]:
        """The pages by file number, including those of processes that have ended."""
        for number in self._numbers():
            if page := read_page(self.folder / str(number)):
                self._last[number] = page
        return dict(self._last)

    def _numbers(self) -> list[int]:
        with contextlib.suppress(OSError):
            return sorted(int(name) for name in os.listdir(self.folder) if name.isdecimal())[:MOST_FILES]
        return []
