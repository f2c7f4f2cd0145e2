"""Read APEv2 tags, at the end of an MP3 (before ID3v1) or at its beginning. They are UTF-8; the read is bounded."""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

_MARK = b"APETAGEX"
_HEAD = struct.Struct("<8sIIII8x")  # mark, version, length of what follows the header, items, flags
_ID3V1 = 128
_MAX_BYTES = 1024 * 1024
_MAX_ITEMS = 100
_FIELDS = {
    "title": "title",
    "artist": "artist",
    "album": "album",
    "album artist": "album_artist",
    "composer": "composer",
}
_NOT_TEXT = 6  # bits of an item's flags


def read(file: BinaryIO) -> dict[str, str]:
    size = file.seek(0, io.SEEK_END)
    for end in (size, size - _ID3V1):
        head = _head(file, end - _HEAD.size)
        if head is not None:
            file.seek(max(0, end - head[0]))
            return _items(file.read(min(head[0], _MAX_BYTES)), head[1])
    head = _head(file, 0)
    return _items(file.read(min(head[0], _MAX_BYTES)), head[1]) if head is not None else {}


def _head(file: BinaryIO, at: int) -> tuple[int, int] | None:
    """Return the length of items and footer and the number of items; leaves `file` after the header."""
    if at < 0:
        return None
    file.seek(at)
    data = file.read(_HEAD.size)
    if len(data) < _HEAD.size or not data.startswith(_MARK):
        return None
    _, _, length, count, _ = _HEAD.unpack(data)
    return length, count


def _items(data: bytes, count: int) -> dict[str, str]:
    found: dict[str, str] = {}
    at = 0
    for _ in range(min(count, _MAX_ITEMS)):
        key_end = data.find(b"\0", at + 8, at + 8 + 256)
        if key_end < 0:
            break
        length, flags = struct.unpack_from("<II", data, at)
        field = _FIELDS.get(data[at + 8 : key_end].decode("ascii", "replace").lower())
        at = key_end + 1 + length
        if field and not flags & _NOT_TEXT:
            values = data[key_end + 1 : at].decode(errors="replace").split("\0")
            found.setdefault(field, ", ".join(value for value in values if value))
    return found
