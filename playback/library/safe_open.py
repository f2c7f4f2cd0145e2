"""Opening a file below a folder without ever leaving it: no dotfile, no way up, and no link on the way.

Each folder is opened from the one before it, so that one which becomes a link meanwhile leads nowhere either.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class PlainFile:
    """An open file, read at any place. It is closed with the last reference to it, if not before."""

    def __init__(self, descriptor: int):
        self._descriptor = descriptor
        self.stat = os.fstat(descriptor)

    def read(self, at: int, most: int) -> bytes:
        return os.pread(self._descriptor, most, at)

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()


def open_below(folder: Path, path: str) -> PlainFile | None:
    """None for what is no plain file there, or cannot be opened."""
    try:
        with _folder_of(folder, path) as (here, name):
            file = PlainFile(os.open(name, _FILE, dir_fd=here))
            return file if stat.S_ISREG(file.stat.st_mode) else None
    except (OSError, ValueError):
        return None


def is_below(folder: Path, path: str) -> bool:
    try:
        with _folder_of(folder, path) as (here, name):
            return stat.S_ISREG(os.stat(name, dir_fd=here, follow_symlinks=False).st_mode)
    except (OSError, ValueError):
        return False


@contextmanager
def _folder_of(folder: Path, path: str) -> Iterator[tuple[int, str]]:
    """The folder that the last name is in, opened, and this name. Raises OSError and ValueError."""
    *way, name = path.split("/")
    if any(not part or part.startswith(".") for part in (*way, name)):
        raise ValueError(path)
    here = os.open(folder, _FOLDER)
    try:
        for part in way:
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = inner
        yield here, name
    finally:
        os.close(here)
