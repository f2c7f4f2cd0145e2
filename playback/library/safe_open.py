"""Open a file below a folder without leaving it: no dotfiles, no parent folders and no symbolic links in the path.

Each folder is opened relative to its parent, so that a folder replaced by a link meanwhile is not followed either.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


class PlainFile:
    """An open file with random access. It is closed with the last reference to it, if not before."""

    def __init__(self, descriptor: int):
        self._descriptor = descriptor
        self.stat = os.fstat(descriptor)

    def read(self, at: int, size: int) -> bytes:
        return os.pread(self._descriptor, size, at)

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def __del__(self) -> None:
        self.close()


def open_below(folder: Path, path: str) -> PlainFile | None:
    """Return None unless it is a regular file below the folder that can be opened."""
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


def names_beside(folder: Path, path: str, most: int) -> list[str]:
    """Return the names of regular files in the folder of this path, without dotfiles, at most `most`."""
    try:
        with _folder_of(folder, path) as (here, _name), os.scandir(here) as entries:
            return [entry.name for entry in islice(entries, most) if _is_plain(entry)]
    except (OSError, ValueError):
        return []


def folder_changed_ns(folder: Path, path: str) -> int | None:
    """Return when a file was last added to the folder of this path, renamed or removed; None if there is no folder."""
    try:
        with _folder_of(folder, path) as (here, _name):
            return os.fstat(here).st_mtime_ns
    except (OSError, ValueError):
        return None


def _is_plain(entry: os.DirEntry[str]) -> bool:
    return not entry.name.startswith(".") and entry.is_file(follow_symlinks=False)


@contextmanager
def _folder_of(folder: Path, path: str) -> Iterator[tuple[int, str]]:
    """Yield a descriptor of the file's folder, and the file's name. Raises OSError and ValueError."""
    *parents, name = path.split("/")
    if any(not part or part.startswith(".") for part in (*parents, name)):
        raise ValueError(path)
    here = os.open(folder, _FOLDER)
    try:
        for part in parents:
            inner = os.open(part, _FOLDER | os.O_NOFOLLOW, dir_fd=here)
            os.close(here)
            here = inner
        yield here, name
    finally:
        os.close(here)
