"""How long a WAV is and what its INFO says, by its chunks.

Programs that write while they record say that there is no data, or four gigabytes of it: the file's end counts. INFO
is in the writer's own encoding, so its words come undecoded: see `legacy_encodings`.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO, NamedTuple

from playback.library.metadata.legacy_encodings import UNDECODED

_MOST_CHUNKS = 1000
_LONGEST_INFO = 64 * 1024
_UNCOMPRESSED = (1, 3, 0xFFFE)
_NOT_KNOWN = (0, 0xFFFFFFFF)
_WORDS = {b"INAM": "title", b"IART": "artist", b"IPRD": "album"}


class Wav(NamedTuple):
    duration_s: float | None  # None also where the sound is compressed, and its rate an estimate
    words: dict[str, str]


def read(file: BinaryIO) -> Wav:
    size = file.seek(0, io.SEEK_END)
    at, rate, length, words = 12, 0, 0, {}
    for _ in range(_MOST_CHUNKS):
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            break
        kind, said = struct.unpack("<4sI", head)
        at += 8
        if kind == b"data":
            rest = size - at
            length = rest if said in _NOT_KNOWN else min(said, rest)
            said = length
        elif kind == b"fmt ":
            form = file.read(12)
            rate = (
                int.from_bytes(form[8:], "little")
                if int.from_bytes(form[:2], "little") in _UNCOMPRESSED
                else 0
            )
        elif kind == b"LIST":
            words.update(_info(file.read(min(said, _LONGEST_INFO))))
        at += said + said % 2
    return Wav(length / rate if length and rate else None, words)


def _info(data: bytes) -> dict[str, str]:
    words: dict[str, str] = {}
    at = 4 if data.startswith(b"INFO") else len(data)
    while at + 8 <= len(data):
        kind, length = struct.unpack_from("<4sI", data, at)
        at += 8
        if kind in _WORDS:
            words.setdefault(_WORDS[kind], data[at : at + length].partition(b"\0")[0].decode(UNDECODED))
        at += length + length % 2
    return words
