"""File paths: the only way from a row to the disk.

A row's path is relative to the library's folder. A path with a leading slash is the address of a sample, which no file
of the library can have.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from playback.library import safe_open
from playback.library.safe_open import PlainFile, is_below, names_beside, open_below
from playback.sources.samples import sample_at


def library() -> Path:
    return Path(os.path.realpath(settings.LIBRARY_DIR))  # also if it is a link to itself


def open_item(path: str) -> PlainFile | None:
    """Open the file of a row; None unless it is a regular file inside the library."""
    return open_below(*_resolve(path))


def is_there(path: str) -> bool:
    return is_below(*_resolve(path))


def open_beside(path: str, name: str) -> PlainFile | None:
    """Open another file in the folder of a row's file, by its plain name."""
    return None if "/" in name else open_item(f"{path.rpartition('/')[0]}/{name}".lstrip("/"))


def names_in_folder_of(path: str, most: int) -> list[str]:
    """Return the names of the files beside a row's file; none beside a sample."""
    return names_beside(library(), path, most) if sample_at(path) is None else []


def folder_changed_ns(path: str) -> int | None:
    """Return when the names in the folder of a row's file last changed; None for a sample, and if it is not there."""
    return safe_open.folder_changed_ns(library(), path) if sample_at(path) is None else None


def file_location(path: str) -> Path | None:
    """Return where a row's file lies, for a program that is given its name; None unless it is there."""
    folder, inner = _resolve(path)
    return folder / inner if is_below(folder, inner) else None


def _resolve(path: str) -> tuple[Path, str]:
    sample = sample_at(path)
    return (library(), path) if sample is None else (Path(settings.SAMPLES_DIR), sample.name)
