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
from playback.domain.media_types import extension_for_content, extension_of
from playback.domain.titles import title_from_path
from playback.library import paths
from playback.library.metadata.content_sniffing import sniff
from playback.library.metadata.ffprobe import UnreadableFile
from playback.library.metadata.tags import UnplayableFile
from playback.library.scanning.directory_walk import scanned_file
from playback.library.scanning.media_row import item_of
from playback.models import MediaItem

ADD_PERMISSION = "playback.add_mediaitem"
ACCEPTED = ",".join(f".{extension}" for extension in MIMES)


def max_bytes() -> int:
    return settings.UPLOAD_MB * 1024 * 1024


def checked_extension(file: UploadedFile[Any]) -> str:
    """Of a file that may be kept: what its content is. Raises Damaged with what to do instead."""
    extension = extension_of(file.name or "")
    if extension is None or extension not in MIMES:
        raise UnreadableFile(f"This kind of file cannot be played: bring one of {', '.join(MIMES)}.")
    if (file.size or 0) > max_bytes():
        raise UnreadableFile(f"It is larger than {settings.UPLOAD_MB} MB.")
    content = sniff(cast(BinaryIO, file))
    if content is None:
        raise UnreadableFile("It does not begin as sound or film does.")
    return extension_for_content(content.family, extension, film=content.film)


def store(file: UploadedFile[Any]) -> MediaItem:
    """Raises Damaged for what cannot be played, and OSError where the disk does not take it; nothing is left then."""
    extension = checked_extension(file)
    folder = paths.library() / UPLOADS
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{secrets.token_hex(8)}.{extension}"
    arriving = folder / f".{name}"  # a scan passes by dotfiles
    try:
        _write(file, arriving)
        item = _media_row(arriving, f"{UPLOADS}/{name}", extension, file.name or "")
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


def _media_row(place: Path, path: str, extension: str, said_name: str) -> MediaItem:
    try:
        return item_of(scanned_file(path, extension, place.stat()), place, title=title_from_path(said_name))
    except UnplayableFile as refused:
        raise UnreadableFile(f"It cannot be played: {refused}.") from None
