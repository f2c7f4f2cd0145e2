"""Pictures that files carry or that lie beside them, kept once each under the name of their content."""

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
# What people and programs call the picture of a folder.
FOLDER_PICTURES = [
    f"{name}.{kind}" for name in ("cover", "Cover", "folder", "Folder") for kind in ("jpg", "png")
]
_name = re.compile("[0-9a-f]{32}[.](jpg|png|webp)")


def folder() -> Path:
    return Path(settings.COVERS_DIR)


def file_name(picture: bytes | None) -> str:
    """Empty where it is no picture that every browser shows, or too large to be sent with a list."""
    if not picture or len(picture) > MAX_BYTES:
        return ""
    for extension, beginning in _SIGNATURES.items():
        if beginning.match(picture):
            return f"{hashlib.sha256(picture).hexdigest()[:32]}.{extension}"
    return ""


def store(picture: bytes | None) -> str:
    """Its name, once it is on the disk; empty as above. Raises OSError where the disk is full."""
    name = file_name(picture)
    place = folder() / name
    if not name or picture is None or place.exists():
        return name
    folder().mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder(), prefix=".arriving-", delete=False) as file:
        try:
            file.write(picture)
            file.close()
            os.chmod(file.name, 0o644)
            os.replace(file.name, place)
        except OSError:
            os.unlink(file.name)
            raise
    return name


def beside(track: Path) -> bytes | None:
    """The picture of the folder that a track is in."""
    pictures = (_read(track.with_name(name)) for name in FOLDER_PICTURES)
    return next((picture for picture in pictures if file_name(picture)), None)


def _read(place: Path) -> bytes | None:
    """None for what is no plain file of a picture's size. Never through a link, and without waiting."""

    def opener(path: str, mode: int) -> int:
        return os.open(path, mode | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)

    try:
        with open(place, "rb", opener=opener) as file:
            found = os.fstat(file.fileno())
            return file.read() if stat.S_ISREG(found.st_mode) and found.st_size <= MAX_BYTES else None
    except OSError:
        return None


def mime_of(name: str) -> str | None:
    """None for what `keep` never called a picture."""
    match = _name.fullmatch(name)
    return MIMES[match[1]] if match else None
