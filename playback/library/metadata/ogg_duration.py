"""The duration of a chained Ogg file: players play its streams in sequence, but most readers see only one.

Reads only the headers of pages.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_PAGE = struct.Struct("<4sBBqIIIB")
_BEGINS = 2
_OPUS_RATE = 48_000
_MAX_PAGES = 400_000


class Page(NamedTuple):
    flags: int
    granule: int  # samples up to its end; -1 if no packet ends in it
    serial: int
    packet: bytes  # the beginning of a stream's first packet


class Rate(NamedTuple):
    hertz: int
    skipped: int  # samples at the start that are not played


def chained_s(file: BinaryIO) -> float | None:
    """Return the sum of the chained streams; None for a single stream, or an unknown sample rate."""
    rates: dict[int, Rate | None] = {}
    ends: dict[int, float] = {}
    total_s, ended, chained = 0.0, False, False
    for page in _pages(file):
        if page.flags & _BEGINS:
            if ended:  # streams that begin before any has data play together
                total_s += max(ends.values(), default=0.0)
                ended, chained, ends = False, True, {}
            rates[page.serial] = _rate(page.packet)
        elif page.granule > 0:
            ended = True
            if (rate := rates.get(page.serial)) is None:
                return None
            ends[page.serial] = max(0, page.granule - rate.skipped) / rate.hertz
    return round(total_s + max(ends.values(), default=0.0), 3) if chained else None


def _rate(packet: bytes) -> Rate | None:
    hertz, skipped = 0, 0
    if packet.startswith(b"\x01vorbis") and len(packet) >= 16:
        hertz = int.from_bytes(packet[12:16], "little")
    elif packet.startswith(b"OpusHead") and len(packet) >= 12:
        hertz, skipped = _OPUS_RATE, int.from_bytes(packet[10:12], "little")
    elif packet.startswith(b"\x7fFLAC") and len(packet) >= 31:
        hertz = int.from_bytes(packet[27:30], "big") >> 4
    return Rate(hertz, skipped) if hertz else None


def _pages(file: BinaryIO) -> Iterator[Page]:
    """Yield pages up to the first invalid data."""
    file.seek(0)
    for _ in range(_MAX_PAGES):
        head = file.read(_PAGE.size)
        if len(head) < _PAGE.size or not head.startswith(b"OggS\0"):
            return
        _, _, flags, granule, serial, _, _, segments = _PAGE.unpack(head)
        length = sum(file.read(segments))
        packet = file.read(min(length, 64)) if flags & _BEGINS else b""
        file.seek(length - len(packet), io.SEEK_CUR)
        yield Page(flags, granule, serial, packet)
