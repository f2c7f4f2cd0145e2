"""A file object that bounds reads, for parsers that trust the lengths in a file."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

LONGEST_READ = 32 * 1024 * 1024
MAX_BYTES = 128 * 1024 * 1024
MAX_READS = 500_000  # the pages of an Ogg file of a gigabyte


class ReadLimitExceeded(Exception):
    """A parser read more than any valid file needs."""


class BoundedReader(io.BufferedReader):
    """A reader whose position 0 is at `start`. Raises ReadLimitExceeded."""

    def __init__(self, raw: io.RawIOBase, start: int = 0, *, max_reads: int = MAX_READS):
        super().__init__(raw)
        self._start = start
        self._reads = max_reads
        self._bytes = MAX_BYTES
        self.seek(0)

    def read(self, size: int | None = -1, /) -> bytes:
        """Return less than requested for a very long part, but move past all of it."""
        limited = LONGEST_READ if size is None or size < 0 else min(size, LONGEST_READ)
        data = super().read(limited)
        if size is not None and size > limited:
            super().seek(min(size - limited, sys.maxsize // 2), io.SEEK_CUR)
        self._reads -= 1
        self._bytes -= len(data)
        if self._reads < 0 or self._bytes < 0:
            raise ReadLimitExceeded
        return data

    def seek(self, target: int, whence: int = 0, /) -> int:
        return super().seek(target + self._start if whence == io.SEEK_SET else target, whence) - self._start

    def tell(self) -> int:
        return super().tell() - self._start


def opened(path: Path, start: int = 0, *, max_reads: int = MAX_READS) -> BoundedReader:
    """Open a file without following links, and without blocking on a pipe or device."""
    flags = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

    def opener(path: str, mode: int) -> int:
        return os.open(path, mode | flags)

    return BoundedReader(io.FileIO(os.fspath(path), "rb", opener=opener), start, max_reads=max_reads)
