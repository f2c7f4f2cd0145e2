"""The captions and fonts inside an upload, once all of it is here. The library's code reads them, within its bounds."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from playback.library.captions import extraction
from playback.library.captions.extraction import Wanted
from playback.library.captions.fonts import fonts_of
from playback.library.captions.tracks import Source, codecs_of, sources_inside
from playback.models import Upload
from playback.uploads import storage

MOST_BYTES = 64 * 1024 * 1024  # of all texts in a file
PACKED = 2  # texts may be packed in the file, but a small file does not become a large one
SPARE_BYTES = 256 * 1024
_PREFIX = "u"  # items of the library have numbers


def sources_of(upload: Upload) -> list[Source]:
    """Return its captions; none before all of it is here."""
    return sources_inside(f"{upload.url}/captions", upload.media_facts)


def wanted_of(upload: Upload) -> Wanted:
    facts = upload.media_facts
    return Wanted(
        f"{_PREFIX}{upload.upload_id}",
        f"0-{upload.size:x}",  # the bytes of an upload never change
        tuple(codecs_of(sources_of(upload), facts)),
        tuple(fonts_of(facts)),
        find=partial(location, upload.upload_id),
        most_bytes=min(MOST_BYTES, PACKED * upload.size + SPARE_BYTES),
        least_free=storage.SPARE_BYTES,
    )


def location(upload_id: str) -> Path | None:
    place = storage.folder() / upload_id
    return place if place.is_file() else None


def forget(upload_id: str) -> None:
    """Delete what was taken out of it."""
    extraction.forget(f"{_PREFIX}{upload_id}")


def stored_ids() -> list[str]:
    """Return the uploads from which something was taken out."""
    places = extraction.folder().glob(f"{_PREFIX}*-*")
    return sorted({place.name.removeprefix(_PREFIX).partition("-")[0] for place in places})
