"""Find what a room can play at an address: an item of the library, an upload, or a source that needs no database."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext

from playback.domain.conversions import RESULT_MIMES
from playback.domain.duration import EXACT, METADATA, Duration
from playback.domain.library.problems import read, refusal
from playback.domain.playability import CONVERTIBLE
from playback.models import Conversion, MediaItem, Upload
from playback.models.media_item import CONVERTED_AT, LIBRARY_AT
from playback.models.queues.item_batch import ItemBatch
from playback.models.upload import ID_CHARS, REFUSED, UPLOADS_AT, WHOLE
from playback.sources import addresses, own_copy
from playback.sources.samples import sample_at
from playback.sources.titles import as_title, given_title
from rooms.models import Room
from watchium.protocol.commands import MediaRequest
from watchium.protocol.errors import UnknownMedia
from watchium.protocol.types import Media, OwnCopy

LIBRARY, UPLOAD = "library", "upload"
ITEM_ID = "[1-9][0-9]{0,14}"
# An item, or a result of its conversion: which one a room plays is decided when it is put on.
_library_address = re.compile(
    f"(?:{LIBRARY_AT}|{CONVERTED_AT})({ITEM_ID})(?:/({ITEM_ID})/[a-z]+\\.[a-z0-9]+)?"
)
# An upload, or a result of its conversion.
_upload_address = re.compile(f"{UPLOADS_AT}([0-9a-f]{{{ID_CHARS}}})(?:/({ITEM_ID})/[a-z]+\\.[a-z0-9]+)?")


def find(
    address: str,
    title: str | None = None,
    *,
    mime: str | None = None,
    room: Room | None = None,
    batch: ItemBatch | None = None,
) -> Media:
    """Return the media at an address; `mime` is its media type if the user's program knows it.

    Of an item that was converted, or is being converted and can be played already, it is the result. `batch` has the
    items that may be meant, if they were read together.

    Raises:
        UnknownMedia: as `addresses.find`, for items that do not exist, whose file is missing or that browsers would
            play mute or black, and for uploads that are not in this room.
    """
    address = address.strip()
    if match := _library_address.fullmatch(address):
        return _library_item(int(match[1]), title, batch)
    if match := _upload_address.fullmatch(address):
        return _upload(room, match[1], title)
    sample = sample_at(address)
    if sample is not None and not title:
        title = gettext(sample.title)
    return addresses.find(address, title, mime=mime, embeds=settings.EMBEDS)


def find_requested(request: MediaRequest, room: Room, batch: ItemBatch | None = None) -> Media:
    """Return the media that a `load` asks for. Raises UnknownMedia and TooLong as `find` does."""
    if request.own is not None:
        return find_own(request.own, request.item_id)
    if request.item_id is not None:
        return _library_item(request.item_id, request.title, batch)
    return find(request.media_url or "", request.title, mime=request.mime, room=room, batch=batch)


def find_own(own: OwnCopy, item_id: int | None = None) -> Media:
    """Return the media of a file that every member brings; `item_id` is the server's copy, for members without one.

    Raises UnknownMedia if there is no such item, or browsers would play it mute or black.
    """
    title = given_title(own.title)
    if item_id is None:
        return own_copy.media_of(own, title)
    return own_copy.with_fingerprint(_library_item(item_id, title), own)


def _library_item(item_id: int, title: str | None, batch: ItemBatch | None = None) -> Media:
    item = MediaItem.objects.at_id(item_id) if batch is None else batch.items.get(item_id)
    if item is None:
        raise UnknownMedia("There is no such medium on this server.")
    url, mime = _played_file(item, batch)
    return Media(
        url=url,
        kind=item.kind,
        title=as_title(title) or as_title(item.full_title),
        mime=mime,
        source=LIBRARY,
        item_id=item.pk,
    )


def _played_file(item: MediaItem, batch: ItemBatch | None) -> tuple[str, str]:
    """Return address and type of what players open. Raises UnknownMedia if browsers would play it mute or black."""
    if item.prepared:
        return item.prepared_url, item.prepared_mime
    if item.plays in CONVERTIBLE:
        running = Conversion.objects.playable_of(item) if batch is None else batch.running.get(item.pk)
        if running is not None:
            return running.url, RESULT_MIMES[running.entry]
    item.require_playable()
    return item.url, item.mime


def _upload(room: Room | None, upload_id: str, title: str | None) -> Media:
    upload = Upload.objects.in_room(room, upload_id) if room else None
    if upload is None:
        raise UnknownMedia("There is no such upload in this room.")
    if upload.state == REFUSED:
        raise UnknownMedia(read(upload.why))
    url, mime = _played_upload(upload)
    return Media(
        url=url,
        kind=upload.kind,
        title=as_title(title) or as_title(upload.title),
        mime=mime,
        source=UPLOAD,
    )


def _played_upload(upload: Upload) -> tuple[str, str]:
    """As `_played_file` of an item."""
    if upload.prepared:
        return upload.prepared_url, upload.prepared_mime
    if upload.plays in CONVERTIBLE and (running := Conversion.objects.playable_of(upload)):
        return running.url, RESULT_MIMES[running.entry]
    if not upload.is_playable:
        if upload.state == WHOLE:
            raise UnknownMedia(refusal(upload.title, upload.plays, upload.why))
        raise UnknownMedia("This file is still arriving. It can be played once all of it is here.")
    return upload.url, upload.mime


def items_named(requests: Iterable[MediaRequest]) -> ItemBatch:
    """Read the items of the library that these name, by id or address."""
    ids = (request.item_id or item_id_at(request.media_url or "") for request in requests)
    return ItemBatch.read(each for each in ids if each)


def items_at(addresses: Iterable[str]) -> ItemBatch:
    """Read the items of the library at these addresses."""
    return ItemBatch.read(each for each in map(item_id_at, addresses) if each)


def item_id_at(address: str) -> int | None:
    """Return the id of the library's item at an address; None for other addresses."""
    match = _library_address.fullmatch(address.strip())
    return int(match[1]) if match else None


def upload_id_at(address: str) -> str | None:
    """Return the id of the upload at an address; None for other addresses."""
    match = _upload_address.fullmatch(address.strip())
    return match[1] if match else None


def duration_of(media: Media) -> Duration | None:
    """Return the duration of the media if the server knows it; otherwise a player reports it."""
    if match := _library_address.fullmatch(media.url):
        return _duration_of_item(MediaItem.objects.at_id(int(match[1])), int(match[2] or 0))
    if match := _upload_address.fullmatch(media.url):
        return _duration_of_upload(match[1], int(match[2] or 0))
    if media.source == own_copy.OWN:
        return Duration(media.duration, METADATA) if media.duration else None
    return addresses.duration_of(media)


def describe(media: Media, batch: ItemBatch | None = None) -> tuple[float | None, str | None]:
    """Return duration in seconds and the address of a cover, as far as the server knows them."""
    batch = batch or ItemBatch.read([media.item_id] if media.item_id is not None else [])
    item = batch.items.get(media.item_id) if media.item_id is not None else None
    match = _library_address.fullmatch(media.url)
    duration = _duration_of_item(item, int(match[2] or 0), batch) if item and match else duration_of(media)
    return duration.seconds if duration else None, item.cover_url if item else None


def _duration_of_upload(upload_id: str, job: int) -> Duration | None:
    upload = Upload.objects.at_id(upload_id)
    if upload is None or not job:
        return upload.known_duration if upload else None
    seconds = Conversion.objects.duration_of(job) or upload.duration
    return Duration(seconds, EXACT) if seconds else None


def _duration_of_item(item: MediaItem | None, job: int, batch: ItemBatch | None = None) -> Duration | None:
    """Exact for a result, because players of a running conversion report the end of what is there as its duration."""
    if item is None or not job:
        return item.known_duration if item else None
    known = Conversion.objects.duration_of(job) if batch is None else batch.durations.get(job)
    seconds = known or item.duration
    return Duration(seconds, EXACT) if seconds else None
