"""Every media file below a folder, one folder's names at a time in memory. Links and dotfiles are left alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playback.library.kinds import extension_of

# A row of an index of PostgreSQL holds 2,704 bytes, and the column 1,000 characters.
LONGEST_PATH = 1000
LONGEST_PATH_BYTES = 2000

Refuse = Callable[[str, str], None]  # a path, and why


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was found: `path` relative to the library, `changed_ns` its time of change."""

    path: str
    extension: str
    size: int
    changed_ns: int


def walk(library: Path, folder: Path, left_out: Refuse, unreadable: Refuse) -> Iterator[Seen]:
    """`folder` is the library or inside it. What cannot be read is told to `unreadable`, and the walk goes on."""
    folders = [folder]
    while folders:
        here = folders.pop()
        inner: list[Path] = []
        for entry in _entries(here, library, unreadable):
            path = Path(entry.path).relative_to(library).as_posix()
            try:
                if entry.is_symlink() or entry.name.startswith("."):
                    left_out(path, "a link or a dotfile")
                elif entry.is_dir(follow_symlinks=False):
                    inner.append(Path(entry.path))
                elif entry.is_file(follow_symlinks=False) and (extension := extension_of(entry.name)):
                    yield from _file(entry, path, extension, left_out)
            except OSError as error:
                unreadable(path, error.strerror or "it cannot be read")
        folders.extend(reversed(inner))


def _entries(folder: Path, library: Path, unreadable: Refuse) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        unreadable(folder.relative_to(library).as_posix(), error.strerror or "it cannot be read")
        return []


def _file(entry: os.DirEntry[str], path: str, extension: str, left_out: Refuse) -> Iterator[Seen]:
    if not _can_be_kept(path):
        left_out(path, "its path is too long, or no text")
        return
    stat = entry.stat(follow_symlinks=False)
    yield Seen(path, extension, stat.st_size, stat.st_mtime_ns)


def _can_be_kept(path: str) -> bool:
    """Names on disk are bytes; what is no UTF-8 no database takes."""
    try:
        return len(path) <= LONGEST_PATH and len(path.encode()) <= LONGEST_PATH_BYTES
    except UnicodeEncodeError:
        return False
