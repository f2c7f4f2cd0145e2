"""How long an Ogg file of several streams in a row is: players play them one after another, and most readers see one.

Only the pages' heads are read.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_PAGE = struct.Struct("<4sBBqIIIB")
_BEGINS = 2
_OPUS_RATE = 48_000
_MOST_PAGES = 400_000


class Page(NamedTuple):
    flags: int
    granule: int  # samples up to its end; -1 where no packet ends
    serial: int
    packet: bytes  # the beginning of a stream's first


class Rate(NamedTuple):
    hertz: int
    skipped: int  # samples that are not played


def chained_s(file: BinaryIO) -> float | None:
    """The sum of all streams in a row; None where there is but one, or one whose rate is not known."""
    rates: dict[int, Rate | None] = {}
    ends: dict[int, float] = {}
    total_s, ended, chained = 0.0, False, False
    for page in _pages(file):
        if page.flags & _BEGINS:
            if ended:  # all that begin before any has data are one film with its sound
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
    """Up to the first thing that is no page."""
    file.seek(0)
    for _ in range(_MOST_PAGES):
        head = file.read(_PAGE.size)
        if len(head) < _PAGE.size or not head.startswith(b"OggS\0"):
            return
        _, _, flags, granule, serial, _, _, segments = _PAGE.unpack(head)
        length = sum(file.read(segments))
        packet = file.read(min(length, 64)) if flags & _BEGINS else b""
        file.seek(length - len(packet), io.SEEK_CUR)
        yield Page(flags, granule, serial, packet)
