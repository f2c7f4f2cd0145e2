"""Find what a room can play at an address: an item of the library, or a source that needs no database."""

from __future__ import annotations

import re

from playback.domain.duration import Duration
from playback.models import MediaItem
from playback.models.media_item import LIBRARY_AT
from playback.sources import addresses
from playback.sources.titles import as_title
from watchium.protocol.errors import UnknownMedia
from watchium.protocol.types import Media

LIBRARY = "library"
ITEM_ID = "[1-9][0-9]{0,14}"
_library_address = re.compile(f"{LIBRARY_AT}({ITEM_ID})")


def find(address: str, title: str | None = None, *, mime: str | None = None) -> Media:
    """Return the media at an address; `mime` is its media type if the user's program knows it.

    Raises:
        UnknownMedia: as `addresses.find`, and for items that do not exist or whose file is missing.
    """
    address = address.strip()
    match = _library_address.fullmatch(address)
    if match is None:
        return addresses.find(address, title, mime=mime)
    item = MediaItem.objects.at_id(int(match[1]))
    if item is None:
        raise UnknownMedia("There is no such medium on this server.")
    return Media(
        url=item.url,
        kind=item.kind,
        title=as_title(title) or as_title(item.full_title),
        mime=item.mime,
        source=LIBRARY,
        item_id=item.pk,
    )


def duration_of(media: Media) -> Duration | None:
    """Return the duration of the media if the server knows it; otherwise a player reports it."""
    match = _library_address.fullmatch(media.url)
    if match is None:
        return addresses.duration_of(media)
    item = MediaItem.objects.at_id(int(match[1]))
    return item.known_duration if item else None
