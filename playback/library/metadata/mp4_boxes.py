"""Read the boxes of an MP4: whether it has its index and a video track. Bounded; decodes nothing."""

from __future__ import annotations

import io
import struct
import sys
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_MAX_BOXES = 2000  # in one parent; a fragmented video has its index in front


class Box(NamedTuple):
    kind: bytes
    start: int  # of the content
    end: int


class Outline(NamedTuple):
    complete: bool  # False if the index is missing, as in a file that is still being written
    film: bool  # has a video track


def outline(file: BinaryIO) -> Outline:
    """A file whose boxes cannot be read counts as complete: other readers check more of it."""
    size = file.seek(0, io.SEEK_END)
    end = 0
    for box in _boxes(file, 0, size):
        if box.kind == b"moov":
            return Outline(True, _has_video(file, box))
        end = box.end
    return Outline(end < size, False)


def index_end(file: BinaryIO) -> int | None:
    """Return where the index ends if it comes before the media, so that playback needs no more to begin; else None."""
    for box in _boxes(file, 0, sys.maxsize):
        if box.kind == b"moov":
            return box.end
        if box.kind == b"mdat":
            return None
    return None


def _has_video(file: BinaryIO, index: Box) -> bool:
    tracks = (box for box in _boxes(file, index.start, index.end) if box.kind == b"trak")
    return any(_handler(file, track) == b"vide" for track in tracks)


def _handler(file: BinaryIO, track: Box) -> bytes:
    for media in _boxes(file, track.start, track.end):
        if media.kind == b"mdia":
            for box in _boxes(file, media.start, media.end):
                if box.kind == b"hdlr":
                    file.seek(box.start + 8)
                    return file.read(4)
    return b""


def _boxes(file: BinaryIO, at: int, end: int) -> Iterator[Box]:
    """Yield the boxes up to invalid data, or a box that claims to continue past `end` or the file."""
    end = min(end, file.seek(0, io.SEEK_END))
    for _ in range(_MAX_BOXES):
        if at + 8 > end:  # also for lengths at which a seek would fail
            return
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            return
        length, kind = struct.unpack_from(">I4s", head)
        body = at + 8
        if length == 1 and len(head) == 16:
            length, body = struct.unpack_from(">Q", head, 8)[0], at + 16
        elif length == 0:
            length = end - at
        if at + length < body or not kind.isascii():
            return
        yield Box(kind, body, at + length)
        at += length
