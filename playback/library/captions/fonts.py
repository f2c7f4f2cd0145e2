"""Fonts attached to a film, which its styled captions need: which they are, and how ffmpeg writes them. Bounded."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

from playback.domain.media_facts import Attachment, MediaFacts

MAX_FONTS = 20
MAX_BYTES = 20 * 1024 * 1024  # of one; fonts with Chinese and Japanese take 5 to 20 MB
MAX_TOTAL_BYTES = 64 * 1024 * 1024
RECIPE = 2  # raised when fonts are taken that an earlier version left out: those films are read again
MIME = "font/sfnt"
_EXTENSIONS = (".ttf", ".otf", ".ttc", ".otc", ".woff", ".woff2")
_MIMES = (
    "font/",
    "application/font-",
    "application/x-truetype-font",
    "application/x-font",
    "application/vnd.ms-opentype",
)
_BEGINNINGS = (b"\x00\x01\x00\x00", b"OTTO", b"true", b"ttcf")
_COMPRESSED = (b"wOFF", b"wOF2")
_HEADER = struct.Struct(">4s4xI2x2xI")  # signature, length of the file, length when it is unpacked


def fonts_of(facts: MediaFacts | None) -> list[int]:
    """Return the numbers of the streams that the file calls fonts, at most MAX_FONTS."""
    attachments = facts.attachments if facts else []
    return [attachment.index for attachment in attachments if _is_font(attachment)][:MAX_FONTS]


def _is_font(attachment: Attachment) -> bool:
    return attachment.name.lower().endswith(_EXTENSIONS) or attachment.mime.lower().startswith(_MIMES)


def file_name(index: int) -> str:
    return f"font-{index}"


def words(indexes: Iterable[int], film: Path, place: Path) -> list[str]:
    """Return ffmpeg's words that write attachments and nothing else."""
    dump = [
        word
        for index in indexes
        for word in (f"-dump_attachment:{index}", f"file:{place / file_name(index)}")
    ]
    return [*dump, "-i", f"file:{film}", "-sn", "-c", "copy", "-t", "0", "-f", "null", "-"]


def delete_others(place: Path) -> None:
    """Keep what begins like a font and is whole, up to MAX_TOTAL_BYTES."""
    total = 0
    for path in sorted(place.glob("font-*"), key=lambda path: int(path.name.removeprefix("font-"))):
        size = path.stat().st_size
        unpacked = _unpacked_bytes(path, size)
        # A file of exactly the limit was cut off.
        if unpacked and size < MAX_BYTES and total + unpacked <= MAX_TOTAL_BYTES:
            total += unpacked
        else:
            path.unlink()


def _unpacked_bytes(path: Path, size: int) -> int:
    """Return 0 for what does not begin like a font. The renderer unpacks at most what a compressed one claims."""
    with path.open("rb") as file:
        beginning = file.read(_HEADER.size)
    if beginning[:4] in _BEGINNINGS:
        return size
    if beginning[:4] not in _COMPRESSED or len(beginning) < _HEADER.size:
        return 0
    _signature, length, unpacked = _HEADER.unpack(beginning)
    return max(unpacked, size) if length == size and unpacked < MAX_BYTES else 0
