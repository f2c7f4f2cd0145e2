"""Build the row of a file from its content and tags, within the bounds of the database and the pages."""

from __future__ import annotations

from pathlib import Path

from playback.domain.library.albums import UPLOADS
from playback.domain.library.titles import clean_tag, title_from_path
from playback.domain.media_types import kind_of
from playback.library import covers, embedded_covers
from playback.library.metadata import tags
from playback.library.metadata.ffprobe import UnreadableFile
from playback.library.scanning.directory_walk import ScannedFile
from playback.models import MediaItem


def item_of(
    file: ScannedFile, path: Path, known: MediaItem | None = None, *, title: str = "", dry_run: bool = False
) -> MediaItem:
    """Return the unsaved row of a file; its cover is stored except in a dry run.

    A file without a title gets the given one, its previous one, or the name of the file.

    Raises:
        UnreadableFile: the file is damaged.
        UnplayableFile: nothing can play it.
        OSError: reading it, or storing the cover, failed.
    """
    if not file.size:
        raise UnreadableFile("it is empty")
    found = tags.read(path, file.extension, title or file.path)
    title = title or (known.title if known else "") or title_from_path(file.path)
    picture = found.picture
    if not covers.file_name(picture):
        picture = embedded_covers.read(path, found.facts, covers.MAX_BYTES)
    if kind_of(found.mime) == "audio" and not covers.file_name(picture):
        picture = covers.beside(path)
    item = MediaItem(
        path=file.path,
        size=file.size,
        changed_ns=file.changed_ns,
        title=clean_tag(found.title) or clean_tag(title) or "Untitled",
        artist=clean_tag(found.artist),
        album=clean_tag(found.album),
        album_artist=clean_tag(found.album_artist),
        duration=found.duration_s,
        kind=kind_of(found.mime),
        mime=found.mime,
        cover=covers.file_name(picture) if dry_run else covers.store(picture),
        uploaded=file.path.startswith(f"{UPLOADS}/"),
    )
    item.set_facts(found.facts, found.playability)
    return item
