"""Every media file below a folder, one folder's names at a time in memory. What is passed by is told, with why."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playback.domain.media_types import NO_MEDIUM, PASSED_BY, extension_of, suffix_of

# A row of an index of PostgreSQL holds 2,704 bytes, and the column 1,000 characters.
LONGEST_PATH = 1000
LONGEST_PATH_BYTES = 2000
# Times of change as a column of 64 bits holds them: the years 1677 to 2262. Disks have others.
FIRST_NS, LAST_NS = -(2**63), 2**63 - 1

Refuse = Callable[[str, str], None]  # a path, and why


@dataclass(frozen=True, slots=True)
class Seen:
    """A file as it was found: `path` relative to the library, `changed_ns` its time of change."""

    path: str
    extension: str
    size: int
    changed_ns: int


def seen_as(path: str, extension: str, stat: os.stat_result) -> Seen:
    """A time of change that no column holds becomes the nearest one that is held."""
    return Seen(path, extension, stat.st_size, max(FIRST_NS, min(LAST_NS, stat.st_mtime_ns)))


def walk(library: Path, folder: Path, left_out: Refuse, unreadable: Refuse) -> Iterator[Seen]:
    """`folder` is the library or inside it. What cannot be read is told to `unreadable`, and the walk goes on."""
    folders = [folder]
    while folders:
        here = folders.pop()
        inner: list[Path] = []
        for entry in _entries(here, library, unreadable):
            path = Path(entry.path).relative_to(library).as_posix()
            try:
                if not entry.is_symlink() and entry.is_dir(follow_symlinks=False) and entry.name[0] != ".":
                    inner.append(Path(entry.path))
                elif reason := _passed_by(entry, path):
                    left_out(path, reason)
                else:
                    extension = extension_of(entry.name) or ""
                    yield seen_as(path, extension, entry.stat(follow_symlinks=False))
            except (OSError, ValueError) as error:
                unreadable(path, reason_of(error))
        folders.extend(reversed(inner))


def reason_of(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"it cannot be read ({type(error).__name__})"


def _entries(folder: Path, library: Path, unreadable: Refuse) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        unreadable(folder.relative_to(library).as_posix(), reason_of(error))
        return []


def _passed_by(entry: os.DirEntry[str], path: str) -> str:
    """Why this is not looked at; empty for what is."""
    if entry.is_symlink():
        return "a link"
    if entry.name.startswith("."):
        return "its name begins with a dot"
    if not entry.is_file(follow_symlinks=False):
        return "neither a file nor a folder"
    if extension_of(entry.name) is None:
        return PASSED_BY.get(suffix_of(entry.name), NO_MEDIUM)
    if not _can_be_kept(path):
        return "its path is too long, or no text"
    return ""


def _can_be_kept(path: str) -> bool:
    """Names on disk are bytes; what is no UTF-8 no database takes."""
    try:
        return len(path) <= LONGEST_PATH and len(path.encode()) <= LONGEST_PATH_BYTES
    except UnicodeEncodeError:
        return False
