"""Turn ffprobe's JSON into MediaFacts: known fields only, numbers in range, texts cleaned, lists bounded."""

from __future__ import annotations

import math

import msgspec

from playback.domain.media_facts import (
    MAX_ATTACHMENTS,
    MAX_CHAPTERS,
    MAX_STREAMS,
    Attachment,
    Chapter,
    MediaFacts,
    Stream,
)
from watchium.text import clean

__all__ = ["ENTRIES", "Attachment", "Chapter", "MediaFacts", "Output", "Stream", "facts_of"]

FIRST_PACKETS = 64  # of all streams together
TAGS = "title,artist,album,album_artist,compilation"
ENTRIES = ":".join(
    (
        "format=format_name,duration,start_time,bit_rate,size",
        f"format_tags={TAGS}",
        "stream=index,codec_type,codec_name,codec_tag_string,profile,level,pix_fmt,width,height,avg_frame_rate"
        ",r_frame_rate,channels,sample_rate,bit_rate,start_time",
        "stream_tags=language,title,filename,mimetype",
        "stream_disposition=default,forced,attached_pic",
        "chapter=start_time,end_time",
        "chapter_tags=title",
        "packet=stream_index,pts_time",
    )
)
_LONGEST_S = 7 * 86400.0
_LARGEST = 2**53
_ENCRYPTED_TAGS = frozenset(("drms", "drmi", "encv", "enca", "p608"))
_TYPES = frozenset(("video", "audio", "subtitle"))

Number = str | float | None  # ffprobe writes most numbers as texts


class _Format(msgspec.Struct):
    format_name: str = ""
    duration: Number = None
    start_time: Number = None
    bit_rate: Number = None
    size: Number = None
    tags: dict[str, str] = {}


class _Stream(msgspec.Struct):
    index: int = 0
    codec_type: str = ""
    codec_name: str = ""
    codec_tag_string: str = ""
    profile: str | int = ""
    level: Number = None
    pix_fmt: str = ""
    width: Number = None
    height: Number = None
    avg_frame_rate: str = ""
    r_frame_rate: str = ""
    channels: Number = None
    sample_rate: Number = None
    bit_rate: Number = None
    start_time: Number = None
    disposition: dict[str, int] = {}
    tags: dict[str, str] = {}


class _Chapter(msgspec.Struct):
    start_time: Number = None
    end_time: Number = None
    tags: dict[str, str] = {}


class _Packet(msgspec.Struct):
    stream_index: int = -1
    pts_time: Number = None


class Output(msgspec.Struct):
    """What ffprobe writes for ENTRIES."""

    format: _Format = msgspec.field(default_factory=_Format)
    streams: list[_Stream] = []
    chapters: list[_Chapter] = []
    packets: list[_Packet] = []

    @property
    def tags(self) -> dict[str, str]:
        """By lower-case name: some formats write the names in capitals."""
        return _lower(self.format.tags)


def facts_of(output: Output, container: str) -> MediaFacts:
    first = _first_stamps(output.packets)
    media = [stream for stream in output.streams if stream.codec_type != "attachment"]
    files = [stream for stream in output.streams if stream.codec_type == "attachment"]
    return MediaFacts(
        container=container,
        format_names=[_text(name, 20) for name in output.format.format_name.split(",")[:12]],
        size=_whole(output.format.size),
        duration_s=_seconds(output.format.duration, least=0.0),
        start_time=_seconds(output.format.start_time),
        bit_rate=_whole(output.format.bit_rate),
        streams=[_stream(stream, first.get(stream.index)) for stream in media[:MAX_STREAMS]],
        streams_left_out=max(0, len(media) - MAX_STREAMS),
        chapters=_chapters(output.chapters),
        attachments=[_attachment(file) for file in files[:MAX_ATTACHMENTS]],
    )


def _stream(stream: _Stream, first_pts_s: float | None) -> Stream:
    tags = _lower(stream.tags)
    return Stream(
        index=_whole(stream.index),
        type=stream.codec_type if stream.codec_type in _TYPES else "data",
        codec=_text(stream.codec_name, 40),
        profile=_text(str(stream.profile), 40),
        level=_whole(stream.level, most=10_000),
        pix_fmt=_text(stream.pix_fmt, 20),
        width=_whole(stream.width, most=100_000),
        height=_whole(stream.height, most=100_000),
        fps=_frame_rate(stream),
        channels=_whole(stream.channels, most=1000),
        sample_rate=_whole(stream.sample_rate, most=10_000_000),
        bit_rate=_whole(stream.bit_rate),
        language=_language(tags.get("language", "")),
        title=_text(tags.get("title", ""), 100),
        default=bool(stream.disposition.get("default")),
        forced=bool(stream.disposition.get("forced")),
        cover=bool(stream.disposition.get("attached_pic")),
        encrypted=stream.codec_tag_string.lower() in _ENCRYPTED_TAGS,
        start_time=_seconds(stream.start_time),
        first_pts_s=first_pts_s,
    )


def _attachment(file: _Stream) -> Attachment:
    tags = _lower(file.tags)
    return Attachment(
        index=_whole(file.index),
        name=_text(tags.get("filename", ""), 200),
        mime=_text(tags.get("mimetype", ""), 80),
    )


def _chapters(chapters: list[_Chapter]) -> list[Chapter]:
    """Return those with a beginning and a later end, by time."""
    found = []
    for chapter in chapters[: MAX_CHAPTERS * 2]:
        start_s, end_s = _seconds(chapter.start_time, least=0.0), _seconds(chapter.end_time, least=0.0)
        if start_s is not None and end_s is not None and start_s < end_s:
            title = _text(_lower(chapter.tags).get("title", ""), 100)
            found.append(Chapter(start_s=start_s, end_s=end_s, title=title))
    return sorted(found, key=lambda chapter: chapter.start_s)[:MAX_CHAPTERS]


def _first_stamps(packets: list[_Packet]) -> dict[int, float]:
    """Return the earliest time stamp of each stream; pictures are not stored in the order of their times."""
    first: dict[int, float] = {}
    for packet in packets[:FIRST_PACKETS]:
        stamp = _seconds(packet.pts_time)
        if stamp is not None:
            first[packet.stream_index] = min(stamp, first.get(packet.stream_index, stamp))
    return first


def _language(text: str) -> str:
    """Return a language code such as eng or pt-BR; empty if the file does not say."""
    code = _text(text, 12)
    known = code.replace("-", "").isalnum() and code.isascii() and code.lower() not in ("und", "unk")
    return code if known else ""


def _lower(tags: dict[str, str]) -> dict[str, str]:
    return {name.lower(): text for name, text in tags.items()}


def _text(text: str, limit: int) -> str:
    return clean(text[: 8 * limit], "NFC")[:limit].strip()


def _number(value: Number) -> float | None:
    try:
        found = float(value) if value is not None else None
    except (ValueError, OverflowError):
        return None
    return found if found is not None and math.isfinite(found) else None


def _whole(value: Number, most: int = _LARGEST) -> int:
    """Return 0 for what is unknown or absurd."""
    found = _number(value)
    return int(found) if found is not None and 0 <= found <= most else 0


def _seconds(value: Number, least: float = -_LONGEST_S) -> float | None:
    found = _number(value)
    return round(found, 6) if found is not None and least <= found <= _LONGEST_S else None


def _frame_rate(stream: _Stream) -> float | None:
    """Return the lower of two claims: AVI files name twice their rate, and varying ones have a clock of their own."""
    rates = (_rate(stream.avg_frame_rate), _rate(stream.r_frame_rate))
    return min((rate for rate in rates if rate), default=None)


def _rate(fraction: str) -> float | None:
    above, _, below = fraction.partition("/")
    numerator, denominator = _number(above), _number(below or "1")
    if not numerator or not denominator:
        return None
    rate = numerator / denominator
    return round(rate, 4) if 0 < rate <= 1000 else None
