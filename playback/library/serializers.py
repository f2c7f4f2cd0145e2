"""Items of the library as the HTTP API shows them: with their tracks and chapters."""

from __future__ import annotations

import msgspec
from django.utils import translation

from playback.domain.conversions import left_s
from playback.domain.library.problems import read
from playback.domain.media_facts import MediaFacts, Stream
from playback.domain.playability import CONVERTIBLE
from playback.models import Conversion, MediaItem
from playback.models.conversion import RUNNING
from watchium import server_clock
from watchium.protocol.player_types import CaptionTrack, Chapter, ConversionState, LibraryItem, MediaTrack

MAX_CHAPTERS = 100


def library_item(item: MediaItem, conversion: Conversion | None = None) -> LibraryItem:
    facts = item.media_facts
    return LibraryItem(
        **msgspec.structs.asdict(item.to_protocol()) | {"why": shown(item.why)},
        tracks=tracks_of(facts),
        chapters=chapters_of(facts),
        conversion=conversion_state(conversion, item.duration) if conversion else None,
    )


def library_items(items: list[MediaItem]) -> list[LibraryItem]:
    """Items with their latest conversions, read in one query if any may have one."""
    convertible = [item for item in items if item.plays in CONVERTIBLE]
    latest = Conversion.objects.latest_of(convertible) if convertible else {}
    return [library_item(item, latest.get(item.pk)) for item in items]


def conversion_state(conversion: Conversion, duration_s: float | None) -> ConversionState:
    running = conversion.state == RUNNING
    speed = conversion.speed if running else None
    progress = conversion.progress_at(server_clock.now_ms(), duration_s)
    return ConversionState(
        state=conversion.state,
        progress=round(progress, 4),
        speed=speed,
        left_s=left_s(progress, duration_s, speed),
        error=shown(conversion.error) or None,
    )


def shown(why: str) -> str:
    """Return a stored sentence in the reader's language."""
    language = translation.get_language() if why else None
    return why if language in (None, "en") else read(why).translated(translation)


def translated_tracks(tracks: list[CaptionTrack]) -> list[CaptionTrack]:
    return [msgspec.structs.replace(track, why=shown(track.why)) if track.why else track for track in tracks]


def tracks_of(facts: MediaFacts | None) -> list[MediaTrack]:
    """Return the tracks of film, sound and subtitles, in the order of the file."""
    shown = ("video", "audio", "subtitle")
    streams = facts.streams if facts else []
    return [_track(stream) for stream in streams if stream.type in shown and not stream.cover]


def chapters_of(facts: MediaFacts | None) -> list[Chapter]:
    if facts is None:
        return []
    return [
        Chapter(start=chapter.start_s, end=chapter.end_s, title=chapter.title)
        for chapter in facts.chapters[:MAX_CHAPTERS]
    ]


def _track(stream: Stream) -> MediaTrack:
    return MediaTrack(
        index=stream.index,
        type=stream.type,  # type: ignore[arg-type]  # one of these, by `tracks_of`
        codec=stream.codec,
        language=stream.language,
        title=stream.title,
        default=stream.default,
    )
