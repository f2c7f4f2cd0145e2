"""Keep the queue of a room or of a player as a playlist of an account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import msgspec
from django.db import transaction
from msgspec import Meta, Struct

from playback.models import MediaItem, Playlist
from playback.models.queues.playlist import MAX_NAME
from playback.room.queue.storage import queue_of
from playback.sources.own_copy import OWN
from rooms.models import Member, Person
from watchium.protocol.errors import BadMessage, RuleRefused, TooLong
from watchium.protocol.types import ItemId, Media, MimeType, Url
from watchium.text import clean

MAX_PLAYLISTS = 50
PlaylistName = Annotated[str, Meta(min_length=1, max_length=MAX_NAME)]


class PlaylistItem(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An address, or an item of the library, as `queue_add` takes it."""

    media_url: Url | None = None
    item_id: ItemId | None = None
    title: Annotated[str, Meta(max_length=200)] | None = None
    mime: MimeType | None = None


class PlaylistSummary(Struct, frozen=True, kw_only=True):
    """`duration` in seconds, null if it is not known of every entry. `updated_at`: Unix time in milliseconds."""

    id: int
    name: str
    count: int
    duration: float | None
    updated_at: float


class Playlists(Struct, frozen=True, kw_only=True):
    """`kept`: the server keeps playlists for this client, because it has an account."""

    kept: bool
    playlists: list[PlaylistSummary]


class WholePlaylist(PlaylistSummary, frozen=True, kw_only=True):
    items: list[PlaylistItem]


class KeptPlaylist(PlaylistSummary, frozen=True, kw_only=True):
    pass


class PlaylistToKeep(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """Keep the queue of a room, or without `room_id` that of your player; one of the same name is replaced."""

    name: PlaylistName
    room_id: Annotated[str, Meta(max_length=40)] | None = None


_decode = msgspec.json.Decoder(list[PlaylistItem]).decode
Described = tuple[PlaylistItem, float | None]


def keep_queue_of_room(member: Member, name: str) -> KeptPlaylist:
    """Raises RuleRefused for guests, BadMessage for an empty queue or name, TooLong for too many playlists."""
    entries = queue_of(member.room).entries
    kept = [(_item_of(entry.media), entry.duration) for entry in entries if entry.media.source != OWN]
    return _keep(member.person, name, kept)


def keep_items(person: Person, name: str, item_ids: Sequence[int]) -> KeptPlaylist:
    """Keep items of the library, as a player's queue has them. Raises as `keep_queue_of_room`."""
    items = MediaItem.objects.by_ids(item_ids)
    found = [items[each] for each in item_ids if each in items]
    kept = [(PlaylistItem(item_id=item.pk, title=item.full_title[:200]), item.duration) for item in found]
    return _keep(person, name, kept)


def summary_of(playlist: Playlist) -> PlaylistSummary:
    return PlaylistSummary(
        id=playlist.pk,
        name=playlist.name,
        count=playlist.count,
        duration=playlist.duration,
        updated_at=playlist.updated_at.timestamp() * 1000,
    )


def whole(playlist: Playlist) -> WholePlaylist:
    return WholePlaylist(**msgspec.structs.asdict(summary_of(playlist)), items=_decode(playlist.entries))


def require_account(person: Person | None) -> Person:
    if person is None or person.account_id is None:
        raise RuleRefused("Sign in to keep playlists here. Without an account this browser keeps them.")
    return person


@transaction.atomic
def _keep(person: Person, name: str, kept: Sequence[Described]) -> KeptPlaylist:
    require_account(person)
    name = clean(clean(name)[:MAX_NAME])
    if not name:
        raise BadMessage("A playlist needs a name.")
    if not kept:
        raise BadMessage("There is nothing in this queue to keep.")
    Person.objects.lock(person)
    playlist = Playlist.objects.named(person, name) or Playlist(person=person, name=name)
    if playlist.pk is None and len(Playlist.objects.of(person)) >= MAX_PLAYLISTS:
        raise TooLong("You have {count} playlists. Delete one first.", count=MAX_PLAYLISTS)
    lengths = [length for _, length in kept]
    known = [length for length in lengths if length is not None]
    playlist.entries = msgspec.json.encode([item for item, _ in kept]).decode()
    playlist.count = len(kept)
    playlist.duration = sum(known) if len(known) == len(lengths) else None
    playlist.save()
    return KeptPlaylist(**msgspec.structs.asdict(summary_of(playlist)))


def _item_of(media: Media) -> PlaylistItem:
    if media.item_id is not None:
        return PlaylistItem(item_id=media.item_id, title=media.title)
    return PlaylistItem(media_url=media.url, title=media.title or None, mime=media.mime)
