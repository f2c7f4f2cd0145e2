"""Where an item's file is: the only way from a row to the disk.

A row's path is relative to the library's folder; one that begins with a slash is the address of a sample of our own,
which no file of the library can be called.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from playback.sources import sample_at


def library() -> Path:
    return Path(settings.LIBRARY_DIR).resolve()


def place_of(path: str) -> Path | None:
    """The file of a row, None where that is no plain file inside the library."""
    sample = sample_at(path)
    if sample is not None:
        return Path(settings.SAMPLES_DIR) / sample.name
    return within(library(), path)


def within(folder: Path, path: str) -> Path | None:
    """No dotfile, no way up, and no link on the way there: a folder may have become one since it was looked at."""
    parts = path.split("/")
    if any(not part or part.startswith(".") or "\0" in part for part in parts):
        return None
    place = folder.joinpath(*parts)
    try:
        return place if place.is_file() and place.resolve() == place else None
    except OSError:
        return None
