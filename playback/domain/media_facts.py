"""What a media file contains, as ffprobe finds it: bounded, cleaned, and stored as JSON beside its item. Pure.

Optional fields that are unknown are left out of the JSON, so that a song takes about 200 bytes.
"""

from __future__ import annotations

from typing import Any

import msgspec

MAX_STREAMS = 64
MAX_CHAPTERS = 200
MAX_ATTACHMENTS = 64


class Stream(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A stream. `index`: its number in the file; `type`: video, audio, subtitle or data.

    `cover`: a picture, not a film. `first_pts_s`: the time stamp of its first packet, null if it is not among the first
    packets of the file. `encrypted`: nothing can decode it without a key.
    """

    index: int
    type: str
    codec: str = ""
    profile: str = ""
    level: int = 0
    pix_fmt: str = ""
    width: int = 0
    height: int = 0
    fps: float | None = None
    channels: int = 0
    sample_rate: int = 0
    bit_rate: int = 0
    language: str = ""
    title: str = ""
    default: bool = False
    forced: bool = False
    cover: bool = False
    encrypted: bool = False
    start_time: float | None = None
    first_pts_s: float | None = None


class Chapter(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    start_s: float
    end_s: float
    title: str = ""


class Attachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file within the file, such as a font. `index` counts streams, as ffmpeg does."""

    index: int
    name: str = ""
    mime: str = ""


class MediaFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`container`: by content, such as mp4, webm or matroska; `format_names`: ffmpeg's names for it.

    `streams_left_out`: streams beyond the first 64; chapters and attachments beyond their bounds are dropped.
    """

    container: str
    format_names: list[str] = []
    size: int = 0
    duration_s: float | None = None
    start_time: float | None = None
    bit_rate: int = 0
    streams: list[Stream] = []
    streams_left_out: int = 0
    chapters: list[Chapter] = []
    attachments: list[Attachment] = []

    @property
    def video(self) -> Stream | None:
        """The first stream with a film."""
        return next((stream for stream in self.streams if stream.type == "video" and not stream.cover), None)

    @property
    def audio(self) -> list[Stream]:
        return [stream for stream in self.streams if stream.type == "audio"]

    @property
    def subtitles(self) -> list[Stream]:
        return [stream for stream in self.streams if stream.type == "subtitle"]

    @property
    def first_pts_s(self) -> float | None:
        """The earliest time stamp among the first packets of film and sound; null if none is known."""
        stamps = [
            stream.first_pts_s
            for stream in self.streams
            if stream.type in ("video", "audio") and not stream.cover and stream.first_pts_s is not None
        ]
        return min(stamps, default=None)


def to_json(facts: MediaFacts) -> dict[str, Any]:
    """Return the facts as a JSON column stores them."""
    built: dict[str, Any] = msgspec.to_builtins(facts)
    return built


def from_json(stored: Any) -> MediaFacts | None:
    """Return None for a row without facts, or with facts that this version cannot read."""
    try:
        return msgspec.convert(stored, MediaFacts) if stored is not None else None
    except msgspec.ValidationError:
        return None
