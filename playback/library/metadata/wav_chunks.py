"""Read the duration and the INFO tags of a WAV from its chunks.

Programs that write while recording claim no data, or four gigabytes of it: then the end of the file counts. INFO is in
the writer's own encoding, so its text is returned undecoded: see `legacy_encodings`.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO, NamedTuple

from playback.library.metadata.legacy_encodings import UNDECODED

_MAX_CHUNKS = 1000
_MAX_INFO = 64 * 1024
_UNCOMPRESSED = (1, 3, 0xFFFE)
_UNKNOWN = (0, 0xFFFFFFFF)
_FIELDS = {b"INAM": "title", b"IART": "artist", b"IPRD": "album"}


class Wav(NamedTuple):
    duration_s: float | None  # None also if the audio is compressed, and its rate an estimate
    tags: dict[str, str]


def read(file: BinaryIO) -> Wav:
    size = file.seek(0, io.SEEK_END)
    at, rate, length, tags = 12, 0, 0, {}
    for _ in range(_MAX_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            break
        kind, stated = struct.unpack("<4sI", head)
        at += 8
        if kind == b"data":
            rest = size - at
            length = rest if stated in _UNKNOWN else min(stated, rest)
            stated = length
        elif kind == b"fmt ":
            form = file.read(12)
            rate = (
                int.from_bytes(form[8:], "little")
                if int.from_bytes(form[:2], "little") in _UNCOMPRESSED
                else 0
            )
        elif kind == b"LIST":
            tags.update(_info(file.read(min(stated, _MAX_INFO))))
        at += stated + stated % 2
    return Wav(length / rate if length and rate else None, tags)


def _info(data: bytes) -> dict[str, str]:
    tags: dict[str, str] = {}
    at = 4 if data.startswith(b"INFO") else len(data)
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        at += 8
        if kind in _FIELDS:
            tags.setdefault(_FIELDS[kind], data[at : at + length].partition(b"\0")[0].decode(UNDECODED))
        at += length + length % 2
    return tags
