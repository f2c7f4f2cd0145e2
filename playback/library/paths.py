"""Where an item's file is: the only way from a row to the disk.

A row's path is relative to the library's folder; one that begins with a slash is the address of a sample of our own,
which no file of the library can be called.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from playback.domain.media_sources import sample_at
from playback.library.safe_open import PlainFile, is_below, open_below


def library() -> Path:
    return Path(os.path.realpath(settings.LIBRARY_DIR))  # also of a link that leads to itself


def open_item(path: str) -> PlainFile | None:
    """The file of a row, None where that is no plain file inside the library."""
    return open_below(*_place_of(path))


def is_there(path: str) -> bool:
    return is_below(*_place_of(path))


def _place_of(path: str) -> tuple[Path, str]:
    sample = sample_at(path)
    return (library(), path) if sample is None else (Path(settings.SAMPLES_DIR), sample.name)
