"""Read presentation times from fragmented MP4 as Media Source Extensions do: without edit lists."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from playback.conversion import storage
from playback.conversion.hls_playlist import INDEX, MediaPlaylist


class Frames(NamedTuple):
    """Presentation times in seconds, in order, and where the last frame ends."""

    times: list[float]
    end: float

    @property
    def first(self) -> float:
        return self.times[0]

    @property
    def longest_distance(self) -> float:
        return max((later - earlier for earlier, later in pairwise(self.times)), default=0.0)


def rendition(folder: Path, name: str) -> Frames:
    """Read all segments that a rendition's list names."""
    playlist = storage.read_list(folder / name / INDEX)
    return frames_of(folder / name, playlist)


def frames_of(folder: Path, playlist: MediaPlaylist) -> Frames:
    init = (folder / playlist.init).read_bytes()
    assert not list(_find(init, "moov trak edts elst")), "players with MSE ignore edit lists"
    scale = _timescale(init)
    default_duration = _default_duration(init)
    times, end = [], 0.0
    for segment in playlist.segments:
        data = (folder / segment.name).read_bytes()
        for at, duration in _samples(data, default_duration):
            times.append(at / scale)
            end = max(end, (at + duration) / scale)
    return Frames(sorted(times), end)


def _timescale(init: bytes) -> int:
    start, _ = next(_find(init, "moov trak mdia mdhd"))
    return struct.unpack_from(">I", init, start + (20 if init[start] else 12))[0]


def _default_duration(init: bytes) -> int:
    for start, _ in _find(init, "moov mvex trex"):
        return struct.unpack_from(">I", init, start + 12)[0]
    return 0


def _samples(data: bytes, default_duration: int) -> Iterator[tuple[int, int]]:
    """Yield the presentation time and the duration of each sample."""
    for start, end in _find(data, "moof traf"):
        (header, _), *_ = _find(data, "tfhd", start, end)
        flags = int.from_bytes(data[header + 1 : header + 4], "big")
        at = header + 8 + (8 if flags & 1 else 0) + (4 if flags & 2 else 0)
        duration = struct.unpack_from(">I", data, at)[0] if flags & 8 else default_duration
        (stamp, _), *_ = _find(data, "tfdt", start, end)
        decode = struct.unpack_from(">Q" if data[stamp] else ">I", data, stamp + 4)[0]
        for run, _ in _find(data, "trun", start, end):
            for offset, length in _run(data, run, duration):
                yield decode + offset, length
                decode += length


def _run(data: bytes, at: int, default_duration: int) -> Iterator[tuple[int, int]]:
    flags, count = struct.unpack_from(">II", data, at)
    signed, flags = flags >> 24, flags & 0xFFFFFF
    at += 8 + (4 if flags & 1 else 0) + (4 if flags & 4 else 0)
    for _ in range(count):
        duration, offset = default_duration, 0
        for flag in (0x100, 0x200, 0x400, 0x800):
            if flags & flag:
                value = struct.unpack_from(">i" if flag == 0x800 and signed else ">I", data, at)[0]
                duration = value if flag == 0x100 else duration
                offset = value if flag == 0x800 else offset
                at += 4
        yield offset, duration


def _find(data: bytes, path: str, at: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield the start and end of the content of each box at a path such as `moov trak`."""
    kind, _, rest = path.partition(" ")
    end = len(data) if end is None else end
    while at + 8 <= end:
        length = struct.unpack_from(">I", data, at)[0]
        body = at + 8
        if length == 1:
            length, body = struct.unpack_from(">Q", data, body)[0], at + 16
        if data[at + 4 : at + 8].decode("latin-1") == kind:
            if rest:
                yield from _find(data, rest, body, at + length)
            else:
                yield body, at + length
        at += length or end
