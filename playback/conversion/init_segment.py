"""Read codecs and picture size from an initialisation segment (fragmented MP4), for the master playlist. Pure.

ffprobe's names for profiles are not exact enough: players refuse a stream whose CODECS they cannot parse.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

_VIDEO_ENTRIES = frozenset((b"avc1", b"avc3", b"hvc1", b"hev1", b"vp09", b"av01"))
_AUDIO_ENTRIES = frozenset((b"mp4a", b"fLaC", b"Opus", b"ac-3", b"ec-3"))
_VIDEO_HEADER, _AUDIO_HEADER = 78, 28  # bytes of a sample entry before its boxes
_PATH = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
_MAX_BOXES = 200


class TrackFormat(NamedTuple):
    """`codec` as in RFC 6381, such as avc1.64001f; width and height are 0 for audio."""

    codec: str
    width: int = 0
    height: int = 0


def track_format(data: bytes) -> TrackFormat | None:
    """Return the format of the only track, or None if it cannot be read."""
    try:
        return _first_entry(data)
    except (struct.error, IndexError, ValueError):
        return None


def _first_entry(data: bytes) -> TrackFormat | None:
    start, end = 0, len(data)
    for kind in _PATH:
        box = next((box for box in _boxes(data, start, end) if box[0] == kind), None)
        if box is None:
            return None
        _, start, end = box
    for kind, at, entry_end in _boxes(data, start + 8, end):  # after version, flags and count
        if kind in _VIDEO_ENTRIES:
            width, height = struct.unpack_from(">HH", data, at + 24)
            boxes = dict(_contents(data, at + _VIDEO_HEADER, entry_end))
            return TrackFormat(_video_codec(kind, boxes), width, height)
        if kind in _AUDIO_ENTRIES:
            boxes = dict(_contents(data, at + _AUDIO_HEADER, entry_end))
            return TrackFormat(_audio_codec(kind, boxes))
    return None


def _video_codec(kind: bytes, boxes: dict[bytes, bytes]) -> str:
    name = kind.decode("ascii")
    if kind in (b"avc1", b"avc3"):
        return f"{name}.{boxes[b'avcC'][1:4].hex()}" if b"avcC" in boxes else name
    if kind == b"vp09" and b"vpcC" in boxes:
        profile, level, packed = boxes[b"vpcC"][4:7]  # after version and flags
        return f"vp09.{profile:02}.{level:02}.{packed >> 4:02}"
    if kind == b"av01" and b"av1C" in boxes:
        return _av1_codec(boxes[b"av1C"])
    return name


def _av1_codec(config: bytes) -> str:
    """See "Codecs Parameter String" of the AV1 ISO media file format binding."""
    profile, level = config[1] >> 5, config[1] & 31
    tier, high_depth, twelve_bit = config[2] >> 7, config[2] >> 6 & 1, config[2] >> 5 & 1
    depth = 12 if twelve_bit else 10 if high_depth else 8
    return f"av01.{profile}.{level:02}{'H' if tier else 'M'}.{depth:02}"


def _audio_codec(kind: bytes, boxes: dict[bytes, bytes]) -> str:
    if kind == b"mp4a":
        return _mp4a_codec(boxes.get(b"esds", b""))
    return {b"Opus": "opus", b"fLaC": "flac"}.get(kind, kind.decode("ascii"))


def _mp4a_codec(esds: bytes) -> str:
    """Walk the descriptors to the audio object type of the decoder's configuration."""
    at, object_type = 4, 0  # after version and flags
    while at < len(esds):
        tag, at = esds[at], at + 1
        length = 0
        while True:
            byte, at = esds[at], at + 1
            length = length << 7 | byte & 127
            if not byte & 128:
                break
        if tag == 3:
            at += 3  # the stream's id and flags; ffmpeg writes none of the optional fields
        elif tag == 4:
            object_type, at = esds[at], at + 13
        elif tag == 5 and object_type == 0x40:
            audio_object = esds[at] >> 3
            if audio_object == 31:
                audio_object = 32 + ((esds[at] & 7) << 3 | esds[at + 1] >> 5)
            return f"mp4a.40.{audio_object}"
        else:
            at += length
    return f"mp4a.{object_type:02x}" if object_type else "mp4a.40.2"


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind, start and end of the content of each box."""
    for _ in range(_MAX_BOXES):
        if at + 8 > end:
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, body)
            body += 8
        elif length == 0:
            length = end - at
        if length < body - at or at + length > end:
            return
        yield kind, body, at + length
        at += length


def _contents(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, bytes]]:
    for kind, start, stop in _boxes(data, at, end):
        yield kind, data[start:stop]
