"""A file that staff bring: kept under a name of our own, never under the visitor's, and entered as a scan enters it."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from playback.domain.albums import UPLOADS
from playback.domain.media_sources import MIMES
from playback.domain.media_types import called_by, extension_of
from playback.domain.titles import name_of
from playback.library import paths
from playback.library.metadata.content_sniffing import recognise
from playback.library.metadata.ffprobe import UnreadableFile
from playback.library.metadata.tags import NotPlayed
from playback.library.scanning.directory_walk import seen_as
from playback.library.scanning.media_row import item_of
from playback.models import MediaItem

MAY_BRING = "playback.add_mediaitem"
ACCEPTED = ",".join(f".{extension}" for extension in MIMES)


def most_bytes() -> int:
    return settings.UPLOAD_MB * 1024 * 1024


def extension_for(file: UploadedFile[Any]) -> str:
    """Of a file that may be kept: what its content is. Raises Damaged with what to do instead."""
    extension = extension_of(file.name or "")
    if extension is None or extension not in MIMES:
        raise UnreadableFile(f"This kind of file cannot be played: bring one of {', '.join(MIMES)}.")
    if (file.size or 0) > most_bytes():
        raise UnreadableFile(f"It is larger than {settings.UPLOAD_MB} MB.")
    content = recognise(cast(BinaryIO, file))
    if content is None:
        raise UnreadableFile("It does not begin as sound or film does.")
    return called_by(content.family, extension, film=content.film)


def keep(file: UploadedFile[Any]) -> MediaItem:
    """Raises Damaged for what cannot be played, and OSError where the disk does not take it; nothing is left then."""
    extension = extension_for(file)
    folder = paths.library() / UPLOADS
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{secrets.token_hex(8)}.{extension}"
    arriving = folder / f".{name}"  # a scan passes by dotfiles
    try:
        _write(file, arriving)
        item = _entered(arriving, f"{UPLOADS}/{name}", extension, file.name or "")
        os.replace(arriving, folder / name)
    finally:
        arriving.unlink(missing_ok=True)
    item.save()
    return item


def _write(file: UploadedFile[Any], place: Path) -> None:
    file.seek(0)
    with place.open("xb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)


def _entered(place: Path, path: str, extension: str, said_name: str) -> MediaItem:
    try:
        return item_of(seen_as(path, extension, place.stat()), place, title=name_of(said_name))
    except NotPlayed as refused:
        raise UnreadableFile(f"It cannot be played: {refused}.") from None
