"""Check what an address or an item of the library is taken for, and whether it plays, before it is put on.

The server fetches no address: an address is judged by itself, an item by what ffprobe found in its file.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from django.utils import translation
from msgspec import Meta

from playback import media_lookup
from playback.domain.playability import DIRECT, NO
from playback.library.serializers import library_items
from playback.models import MediaItem, Upload
from playback.uploads.serializers import upload_states
from rooms.domain.rights import Right
from rooms.models import Member
from watchium.protocol.errors import BadMessage, UnknownMedia
from watchium.protocol.player_types import Chapter, ConversionState, MediaTrack, Plays
from watchium.protocol.types import ItemId, Media, Url


class MediaToCheck(msgspec.Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """An address (of a file, stream, upload), or an item of the library by its `media_url` or its id."""

    media_url: Url | None = None
    item_id: ItemId | None = None
    title: Annotated[str, Meta(max_length=200)] | None = None


class MediaVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the media is taken for. `plays`: as of an item; empty if only a player can find out.

    `playable`: whether it can be loaded now. `why`: a sentence if something speaks against it. `source` is empty for an
    address that is refused.
    """

    source: str
    kind: str
    title: str
    mime: str | None
    plays: Plays
    why: str
    playable: bool
    item_id: int | None = None
    duration: float | None = None
    tracks: list[MediaTrack] = []
    chapters: list[Chapter] = []
    conversion: ConversionState | None = None


def check_media(by: Member, media: MediaToCheck) -> MediaVerdict:
    """Raises NotHost for a member who may not change the media."""
    by.require(Right.MEDIA)
    item = _item(media)
    if item is not None:
        return _of_item(item)
    if media.media_url is None:
        return _refused("There is no such medium on this server.")
    upload_id = media_lookup.upload_id_at(media.media_url)
    upload = Upload.objects.in_room(by.room, upload_id) if upload_id else None
    if upload is not None and upload.plays:
        return _of_upload(upload, by)
    try:
        return _of_address(media_lookup.find(media.media_url, media.title, room=by.room))
    except UnknownMedia as refused:
        return _refused(refused.translated(translation))


def _item(media: MediaToCheck) -> MediaItem | None:
    if (media.item_id is None) == (media.media_url is None):
        raise BadMessage(detail="Object needs either `media_url` or `item_id`")
    pk = media.item_id if media.item_id is not None else media_lookup.item_id_at(media.media_url or "")
    return MediaItem.objects.present().filter(pk=pk).first() if pk is not None else None


def _of_item(item: MediaItem) -> MediaVerdict:
    shown = library_items([item])[0]
    return MediaVerdict(
        source=media_lookup.LIBRARY,
        kind=shown.kind,
        title=item.full_title,
        mime=shown.mime,
        plays=shown.plays,
        why=shown.why,
        playable=_loads(item),
        item_id=item.pk,
        duration=shown.duration,
        tracks=shown.tracks,
        chapters=shown.chapters,
        conversion=shown.conversion,
    )


def _loads(item: MediaItem) -> bool:
    """Whether a room would take it now, maybe as the result of a conversion that is still running."""
    try:
        media_lookup.find(item.url)
    except UnknownMedia:
        return False
    return True


def _of_upload(upload: Upload, by: Member) -> MediaVerdict:
    shown = upload_states([upload], by)[0]
    return MediaVerdict(
        source=media_lookup.UPLOAD,
        kind=upload.kind,
        title=upload.title,
        mime=upload.prepared_mime or upload.mime,
        plays=shown.plays,
        why=shown.why,
        playable=shown.playable,
        duration=upload.duration,
        tracks=shown.tracks,
        conversion=shown.conversion,
    )


def _of_address(media: Media) -> MediaVerdict:
    return MediaVerdict(
        source=media.source,
        kind=media.kind,
        title=media.title,
        mime=media.mime,
        plays=DIRECT if media.mime else "",
        why="",
        playable=True,
    )


def _refused(why: str) -> MediaVerdict:
    return MediaVerdict(source="", kind="", title="", mime=None, plays=NO, why=why, playable=False)
