"""The row of a file: what it is and says of itself, in the bounds that the database and the pages have."""

from __future__ import annotations

from pathlib import Path

from playback.domain.albums import UPLOADS
from playback.domain.media_types import kind_of
from playback.domain.titles import name_of, words
from playback.library import covers
from playback.library.metadata import tags
from playback.library.metadata.ffprobe import UnreadableFile
from playback.library.scanning.directory_walk import Seen
from playback.models import MediaItem


def item_of(
    seen: Seen, place: Path, known: MediaItem | None = None, *, title: str = "", dry_run: bool = False
) -> MediaItem:
    """The row of a file, not written yet; its cover is, but for a dry run. Raises Damaged, NotPlayed and OSError.

    Without a title of its own it has the one given, the one it had, or its file's name.
    """
    if not seen.size:
        raise UnreadableFile("it is empty")
    found = tags.read(place, seen.extension, title or seen.path)
    title = title or (known.title if known else "") or name_of(seen.path)
    picture = found.picture
    if kind_of(found.mime) == "audio" and not covers.name_for(picture):
        picture = covers.beside(place)
    return MediaItem(
        path=seen.path,
        size=seen.size,
        changed_ns=seen.changed_ns,
        title=words(found.title) or words(title) or "Untitled",
        artist=words(found.artist),
        album=words(found.album),
        album_artist=words(found.album_artist),
        duration=found.duration_s,
        kind=kind_of(found.mime),
        mime=found.mime,
        cover=covers.name_for(picture) if dry_run else covers.keep(picture),
        uploaded=seen.path.startswith(f"{UPLOADS}/"),
    )
