"""Make entries of the queue from media: what is asked for, what plays already, and the next file of a folder."""

from __future__ import annotations

from collections.abc import Sequence

from playback.domain.room_queue.state import RoomQueue
from playback.media_lookup import describe, find, find_requested
from playback.models import Playback
from playback.models.following_file import following_file
from playback.sources.own_copy import OWN
from rooms.models import Member, Room
from watchium.protocol.commands import MediaRequest
from watchium.protocol.errors import UnknownMedia
from watchium.protocol.queue import RoomQueueEntry
from watchium.protocol.types import Media


def requested_entries(
    queue: RoomQueue, requests: Sequence[MediaRequest], by: Member, now_ms: float
) -> tuple[RoomQueue, list[RoomQueueEntry]]:
    """Raises UnknownMedia, and TooLong for a title."""
    media = [find_requested(request, by.room) for request in requests]
    return _entries(queue, media, (by.person.user_id, by.username), now_ms)


def loaded_entry(
    queue: RoomQueue, media: Media, by: Member, now_ms: float
) -> tuple[RoomQueue, RoomQueueEntry]:
    queue, (entry,) = _entries(queue, [media], (by.person.user_id, by.username), now_ms)
    return queue, entry


def with_playing_media(queue: RoomQueue, playback: Playback, now_ms: float) -> RoomQueue:
    """Return a new queue that begins with the media that the room plays already."""
    if queue.revision or playback.current_media is None:
        return queue
    queue, (entry,) = _entries(queue, [playback.current_media], (None, None), now_ms)
    return queue.added([entry]).at(entry.id)


def media_of(entry: RoomQueueEntry, room: Room) -> Media | None:
    """Return what plays at the entry's address now; None if that cannot be found any more.

    It may be another file than when the entry was added, because the library has converted the item since.
    """
    if entry.media.source == OWN:
        return entry.media
    try:
        return find(entry.media.url, entry.media.title, mime=entry.media.mime, room=room)
    except UnknownMedia:
        return None


def with_next_of_folder(queue: RoomQueue, now_ms: float) -> RoomQueue:
    """Add the file that follows the current one in its folder or album, if nothing else follows and the room wants it.

    It is an entry like any other, so that members see what comes, and may remove it.
    """
    current = queue.order.current_entry
    if not queue.settings.through_folder or queue.following is not None or current is None:
        return queue
    item = following_file(current.media.item_id) if current.media.item_id else None
    if item is None:
        return queue
    queue, entries = _entries(queue, [find(item.url)], (None, None), now_ms)
    return queue.added(entries)


def _entries(
    queue: RoomQueue, media: Sequence[Media], by: tuple[str | None, str | None], now_ms: float
) -> tuple[RoomQueue, list[RoomQueueEntry]]:
    return queue.new_entries([(each, *describe(each)) for each in media], by=by, now_ms=now_ms)
