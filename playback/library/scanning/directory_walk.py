"""Walk a folder for media files, one folder's names in memory at a time, and report skipped files with a reason."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playback.domain.media_types import NOT_MEDIA, SKIPPED, extension_of, suffix_of

# A PostgreSQL index row holds 2,704 bytes, and the column 1,000 characters.
LONGEST_PATH = 1000
LONGEST_PATH_BYTES = 2000
# Times of change that fit in 64 bits: the years 1677 to 2262. Disks have others.
FIRST_NS, LAST_NS = -(2**63), 2**63 - 1

OnSkipped = Callable[[str, str], None]  # a path and a reason


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """A file on disk: `path` is relative to the library, `changed_ns` its time of change."""

    path: str
    extension: str
    size: int
    changed_ns: int


def scanned_file(path: str, extension: str, stat: os.stat_result) -> ScannedFile:
    """Clamp a time of change to the range of the column."""
    return ScannedFile(path, extension, stat.st_size, max(FIRST_NS, min(LAST_NS, stat.st_mtime_ns)))


def walk(library: Path, folder: Path, left_out: OnSkipped, unreadable: OnSkipped) -> Iterator[ScannedFile]:
    """`folder` is the library or inside it. Report unreadable entries to `unreadable` and continue."""
    folders = [folder]
    while folders:
        here = folders.pop()
        subfolders: list[Path] = []
        for entry in _entries(here, library, unreadable):
            path = Path(entry.path).relative_to(library).as_posix()
            try:
                if not entry.is_symlink() and entry.is_dir(follow_symlinks=False) and entry.name[0] != ".":
                    subfolders.append(Path(entry.path))
                elif reason := _skip_reason(entry, path):
                    left_out(path, reason)
                else:
                    extension = extension_of(entry.name) or ""
                    yield scanned_file(path, extension, entry.stat(follow_symlinks=False))
            except (OSError, ValueError) as error:
                unreadable(path, reason_of(error))
        folders.extend(reversed(subfolders))


def reason_of(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return f"it cannot be read ({type(error).__name__})"


def _entries(folder: Path, library: Path, unreadable: OnSkipped) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        unreadable(folder.relative_to(library).as_posix(), reason_of(error))
        return []


def _skip_reason(entry: os.DirEntry[str], path: str) -> str:
    """Return why to skip this entry, or an empty string for a media file."""
    if entry.is_symlink():
        return "a link"
    if entry.name.startswith("."):
        return "its name begins with a dot"
    if not entry.is_file(follow_symlinks=False):
        return "neither a file nor a folder"
    if extension_of(entry.name) is None:
        return SKIPPED.get(suffix_of(entry.name), NOT_MEDIA)
    if not _can_be_stored(path):
        return "its path is too long or not valid UTF-8"
    return ""


def _can_be_stored(path: str) -> bool:
    """Names on disk are bytes; databases accept only UTF-8."""
    try:
        return len(path) <= LONGEST_PATH and len(path.encode()) <= LONGEST_PATH_BYTES
    except UnicodeEncodeError:
        return False
