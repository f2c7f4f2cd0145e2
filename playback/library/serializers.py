"""Items of the library as the HTTP API shows them: with their tracks and chapters."""

from __future__ import annotations

import msgspec

from playback.domain.media_facts import MediaFacts, Stream
from playback.models import MediaItem
from watchium.protocol.player_types import Chapter, LibraryItem, MediaTrack

MAX_CHAPTERS = 100


def library_item(item: MediaItem) -> LibraryItem:
    facts = item.media_facts
    fields = msgspec.structs.asdict(item.to_protocol())
    return LibraryItem(**fields, tracks=tracks_of(facts), chapters=chapters_of(facts))


def tracks_of(facts: MediaFacts | None) -> list[MediaTrack]:
    """Return the audio and subtitle tracks, in the order of the file."""
    return (
        [_track(stream) for stream in facts.streams if stream.type in ("audio", "subtitle")] if facts else []
    )


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
