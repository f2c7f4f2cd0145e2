"""The captions of an item: files beside it and text tracks inside it, and why some of them cannot be shown."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace

from msgspec import structs

from playback import sandbox
from playback.domain.library.problems import (
    CAPTION_KIND,
    CAPTION_PICTURES,
    CAPTIONS_NEED_FFMPEG,
    CAPTIONS_TOO_LARGE,
)
from playback.domain.media_facts import MediaFacts, Stream
from playback.library.captions import extraction
from playback.library.captions.file_names import LONGEST_LABEL, CaptionFile, captions_among
from playback.library.captions.folder_names import caption_names_beside
from playback.library.captions.fonts import fonts_of
from playback.library.paths import open_beside
from playback.models import MediaItem
from watchium.protocol.player_types import CaptionTrack
from watchium.text import clean

CAPTIONS_AT = "/media/captions/"
MAX_BYTES = 20 * 1024 * 1024  # as in static/js/core/captions/caption_error.js
MAX_TRACKS = 60
STYLED = ("ass", "ssa")
PICTURE_CODECS = frozenset(("hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "xsub"))
TOO_LARGE = CAPTIONS_TOO_LARGE.format(size=MAX_BYTES // 1024 // 1024)


@dataclass(frozen=True)
class Source:
    """Where the text of a track is: in a file beside the item, or in a stream of the item's file."""

    track: CaptionTrack
    file: CaptionFile | None = None
    stream: int = -1


def captions_of(item: MediaItem, facts: MediaFacts | None) -> list[CaptionTrack]:
    return [source.track for source in sources_of(item, facts)]


def source_of(item: MediaItem, facts: MediaFacts | None, track_id: str) -> Source | None:
    return next((source for source in sources_of(item, facts) if source.track.id == track_id), None)


def sources_of(item: MediaItem, facts: MediaFacts | None) -> list[Source]:
    """Return the captions beside the film, then those inside it, at most MAX_TRACKS."""
    if item.missing:
        return []
    name = item.path.rpartition("/")[2]
    files = captions_among(name, caption_names_beside(item.path))
    at = f"{CAPTIONS_AT}{item.pk}"
    return _described(at, facts, [_beside(item, file) for file in files])


def sources_inside(at: str, facts: MediaFacts | None) -> list[Source]:
    """Return the captions inside a film, at most MAX_TRACKS. `at`: their addresses begin with it."""
    return _described(at, facts, [])


def codecs_of(sources: list[Source], facts: MediaFacts | None) -> list[tuple[int, str]]:
    """Return the numbers and codecs of the streams whose text can be taken out of the film."""
    codecs = {stream.index: stream.codec for stream in facts.subtitles} if facts else {}
    found = [source.stream for source in sources if source.track.inside and not source.track.why]
    return [(stream, codecs[stream]) for stream in found]


def _described(at: str, facts: MediaFacts | None, beside: list[Source]) -> list[Source]:
    streams = facts.subtitles if facts else []
    return _with_fonts(at, facts, [*beside, *(_inside(at, stream) for stream in streams)][:MAX_TRACKS])


def _with_fonts(at: str, facts: MediaFacts | None, sources: list[Source]) -> list[Source]:
    """Name the fonts inside the film for captions with styles, which may be beside it too."""
    fonts = [f"{at}/fonts/{index}" for index in fonts_of(facts)]
    if not fonts or not sandbox.ffmpeg():
        return sources
    return [
        replace(source, track=structs.replace(source.track, fonts=fonts))
        if source.track.url and source.track.format in STYLED
        else source
        for source in sources
    ]


def _beside(item: MediaItem, file: CaptionFile) -> Source:
    track_id = f"f{hashlib.sha256(os.fsencode(file.name)).hexdigest()[:12]}"
    why = None if file.has_text else CAPTION_PICTURES
    if why is None and _size(item, file) > MAX_BYTES:
        why = TOO_LARGE
    track = CaptionTrack(
        id=track_id,
        url=None if why else f"{CAPTIONS_AT}{item.pk}/{track_id}",
        language=file.language,
        label=clean(file.label, "NFC"),
        format=file.format,
        forced=file.forced,
        default=file.default,
        hearing=file.hearing,
        inside=False,
        why=why,
    )
    return Source(track, file=file)


def _size(item: MediaItem, file: CaptionFile) -> int:
    opened = open_beside(item.path, file.name)
    return opened.stat.st_size if opened else 0


def _inside(at: str, stream: Stream) -> Source:
    track_id = f"s{stream.index}"
    why = _why_not(stream)
    track = CaptionTrack(
        id=track_id,
        url=None if why else f"{at}/{track_id}",
        language=stream.language,
        label=clean(stream.title, "NFC")[:LONGEST_LABEL],
        format=stream.codec if why else extraction.FORMATS[stream.codec],
        forced=stream.forced,
        default=stream.default,
        hearing=False,
        inside=True,
        why=why,
    )
    return Source(track, stream=stream.index)


def _why_not(stream: Stream) -> str | None:
    if stream.codec in PICTURE_CODECS:
        return CAPTION_PICTURES
    if stream.encrypted or stream.codec not in extraction.FORMATS:
        return CAPTION_KIND.format(codec=stream.codec or "?")
    return None if sandbox.ffmpeg() else CAPTIONS_NEED_FFMPEG
