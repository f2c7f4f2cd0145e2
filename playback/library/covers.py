"""Cover pictures in files or beside them, stored once each under a hash of their content."""

from __future__ import annotations

import hashlib
import os
import re
import stat
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

MAX_BYTES = 2 * 1024 * 1024
MIMES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_SIGNATURES = {
    "jpg": re.compile(rb"\xff\xd8\xff"),
    "png": re.compile(rb"\x89PNG\r\n\x1a\n"),
    "webp": re.compile(rb"RIFF.{4}WEBP", re.DOTALL),
}
# The usual names of a folder's picture.
FOLDER_PICTURES = [
    f"{name}.{kind}" for name in ("cover", "Cover", "folder", "Folder") for kind in ("jpg", "png")
]
_name = re.compile("[0-9a-f]{32}[.](jpg|png|webp)")


def folder() -> Path:
    return Path(settings.COVERS_DIR)


def file_name(picture: bytes | None) -> str:
    """Return a name from a hash of the content, or an empty string if browsers cannot show it or it is too large."""
    if not picture or len(picture) > MAX_BYTES:
        return ""
    for extension, beginning in _SIGNATURES.items():
        if beginning.match(picture):
            return f"{hashlib.sha256(picture).hexdigest()[:32]}.{extension}"
    return ""


def store(picture: bytes | None) -> str:
    """Store the cover and return its file name, or an empty string if there is none. Raises OSError."""
    name = file_name(picture)
    target = folder() / name
    if not name or picture is None or target.exists():
        return name
    folder().mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder(), prefix=".arriving-", delete=False) as file:
        try:
            file.write(picture)
            file.close()
            os.chmod(file.name, 0o644)
            os.replace(file.name, target)
        except OSError:
            os.unlink(file.name)
            raise
    return name


def beside(track: Path) -> bytes | None:
    """Return the cover picture in the track's folder, if there is one."""
    pictures = (_read(track.with_name(name)) for name in FOLDER_PICTURES)
    return next((picture for picture in pictures if file_name(picture)), None)


def _read(file_path: Path) -> bytes | None:
    """Return None unless it is a regular file of a picture's size. Does not follow links or block."""

    def opener(path: str, mode: int) -> int:
        return os.open(path, mode | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)

    try:
        with open(file_path, "rb", opener=opener) as file:
            found = os.fstat(file.fileno())
            return file.read() if stat.S_ISREG(found.st_mode) and found.st_size <= MAX_BYTES else None
    except OSError:
        return None


def mime_of(name: str) -> str | None:
    """Return None for a name that `store` did not return."""
    match = _name.fullmatch(name)
    return MIMES[match[1]] if match else None
