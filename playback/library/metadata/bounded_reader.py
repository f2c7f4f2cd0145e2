"""A file for a reader that believes what the file says: what it takes is bounded, whatever the file claims."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path

LONGEST_READ = 32 * 1024 * 1024
MOST_BYTES = 128 * 1024 * 1024
MOST_READS = 500_000  # the pages of an Ogg file of a gigabyte


class TooMuch(Exception):
    """More than any honest file needs."""


class BoundedReader(io.BufferedReader):
    """Begins at `start`, which is position 0 of this reader. Raises TooMuch."""

    def __init__(self, raw: io.RawIOBase, start: int = 0, *, most_reads: int = MOST_READS):
        super().__init__(raw)
        self._start = start
        self._reads = most_reads
        self._bytes = MOST_BYTES
        self.seek(0)

    def read(self, size: int | None = -1, /) -> bytes:
        """Shorter than asked for where a part of the file says that it is very long; what follows it comes next."""
        asked = LONGEST_READ if size is None or size < 0 else min(size, LONGEST_READ)
        data = super().read(asked)
        if size is not None and size > asked:
            super().seek(min(size - asked, sys.maxsize // 2), io.SEEK_CUR)
        self._reads -= 1
        self._bytes -= len(data)
        if self._reads < 0 or self._bytes < 0:
            raise TooMuch
        return data

    def seek(self, target: int, whence: int = 0, /) -> int:
        return super().seek(target + self._start if whence == io.SEEK_SET else target, whence) - self._start

    def tell(self) -> int:
        return super().tell() - self._start


def opened(place: Path, start: int = 0) -> BoundedReader:
    """Never through a link, and without waiting for what is no file at all."""
    flags = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC

    def opener(path: str, mode: int) -> int:
        return os.open(path, mode | flags)

    return BoundedReader(io.FileIO(os.fspath(place), "rb", opener=opener), start)
