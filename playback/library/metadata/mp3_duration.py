"""The duration of an MP3 by counting its frames, if the header's estimate cannot be trusted.

This is needed if the header gives another size than the file has, or if there is no header and the bit rate varies.
"""

from __future__ import annotations

import io
import re
from typing import BinaryIO

from playback.library.metadata.content_sniffing import Frame, after_tags, frame_at

_BLOCK = 1024 * 1024
_MAX_BLOCKS = 100  # an hour and more at 320 kbit/s
_JUNK = 64 * 1024
_SAMPLES = 16
_SAMPLE_BYTES = 8192
_PADDING = 4  # bytes by which frames with the same bit rate differ
_SYNC = re.compile(rb"\xff[\xe0-\xff]")
_HEADER = re.compile(rb"Xing|Info|VBRI")
_HAS_BYTES = 2  # a flag of the header
_TRAILER = 64 * 1024  # bytes of tags at the end of a file


def measured_s(file: BinaryIO) -> float | None:
    """Return None if the header's size is right, the bit rate is constant, or the file is very long."""
    size = file.seek(0, io.SEEK_END)
    start = after_tags(file)
    file.seek(start)
    head = file.read(4096 + _JUNK)
    at = _next(head, 0, None)
    first = frame_at(head, at) if at is not None else None
    if at is None or first is None or first.family != "mp3" or size - start > _BLOCK * _MAX_BLOCKS:
        return None
    header = _HEADER.search(head, at, at + 200)
    if header is not None and _is_right(head, header, size - start - at):
        return None
    if header is None and _is_constant(file, start + at, size, first):
        return None
    file.seek(start + at)
    frames = _count(file, first) - (header is not None)
    return round(frames * first.samples / first.rate, 3) if frames > 1 else None


def _is_right(head: bytes, header: re.Match[bytes], actual: int) -> bool:
    at = header.start()
    if header[0] == b"VBRI":
        stated = int.from_bytes(head[at + 10 : at + 14], "big")
    else:
        flags = int.from_bytes(head[at + 4 : at + 8], "big")
        if not flags & 1 or not flags & _HAS_BYTES:
            return False
        stated = int.from_bytes(head[at + 12 : at + 16], "big")
    return abs(actual - stated) <= max(_TRAILER, actual // 50)


def _is_constant(file: BinaryIO, start: int, size: int, first: Frame) -> bool:
    """Whether the bit rate is the same in all samples of the file: then its size is enough."""
    for index in range(1, _SAMPLES):
        file.seek(start + (size - start) * index // _SAMPLES)
        data = file.read(_SAMPLE_BYTES)
        at = _next(data, 0, first)
        frame = frame_at(data, at) if at is not None else None
        if frame is None or abs(frame.length - first.length) > _PADDING:
            return False
    return True


def _count(file: BinaryIO, first: Frame) -> int:
    """Count the frames from the current position, skipping small amounts of junk."""
    found, at, data = 0, 0, file.read(_BLOCK)
    while at + 4 <= len(data):
        frame = frame_at(data, at)
        if frame is not None and frame.stream == first.stream:
            found += 1
            at += frame.length
        else:
            following = _next(data, at + 1, first)
            if following is None:
                break
            at = following
        if len(data) - at < _JUNK and (more := file.read(_BLOCK)):
            data, at = data[at:] + more, max(0, at - len(data))
    return found


def _next(data: bytes, at: int, like: Frame | None) -> int | None:
    """Return the offset of the next frame that is followed by another one."""
    for sync in _SYNC.finditer(data, at, at + _JUNK):
        frame = frame_at(data, sync.start())
        if frame is None or (like is not None and frame.stream != like.stream):
            continue
        next_frame = frame_at(data, sync.start() + frame.length)
        if next_frame is not None and next_frame.stream == frame.stream:
            return sync.start()
    return None
