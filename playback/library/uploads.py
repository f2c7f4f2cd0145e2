"""Store a file uploaded by staff under a random name, never under the client's, and add its row as a scan does."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from playback.domain.library.albums import UPLOADS
from playback.domain.library.titles import title_from_path
from playback.domain.media_types import MIMES, extension_for_content, extension_of
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
    """Return the extension by the file's content. Raises UnreadableFile with advice if it cannot be stored."""
    extension = extension_of(file.name or "")
    if extension is None:
        raise UnreadableFile(
            "This kind of file cannot be played: upload audio or video, such as .mp4, .mkv or .mp3."
        )
    if (file.size or 0) > max_bytes():
        raise UnreadableFile(f"It is larger than {settings.UPLOAD_MB} MB.")
    content = sniff(cast(BinaryIO, file))
    if content is None:
        raise UnreadableFile("It does not begin like audio or video.")
    return extension_for_content(content.family, extension, film=content.film)


def store(file: UploadedFile[Any]) -> MediaItem:
    """Store the file. Raises UnreadableFile if it cannot be played, OSError if writing fails; leaves nothing then."""
    extension = checked_extension(file)
    folder = paths.library() / UPLOADS
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{secrets.token_hex(8)}.{extension}"
    arriving = folder / f".{name}"  # a scan skips dotfiles
    try:
        _write(file, arriving)
        item = _media_row(arriving, f"{UPLOADS}/{name}", extension, file.name or "")
        os.replace(arriving, folder / name)
    finally:
        arriving.unlink(missing_ok=True)
    item.save()
    return item


def _write(file: UploadedFile[Any], location: Path) -> None:
    file.seek(0)
    with location.open("xb") as target:
        for chunk in file.chunks():
            target.write(chunk)


def _media_row(location: Path, path: str, extension: str, client_name: str) -> MediaItem:
    try:
        return item_of(
            scanned_file(path, extension, location.stat()), location, title=title_from_path(client_name)
        )
    except UnplayableFile as refused:
        raise UnreadableFile(f"It cannot be played: {refused}.") from None
