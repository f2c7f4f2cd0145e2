"""Make entries of the queue from media: what is asked for, what plays already, and the next file of a folder."""

from __future__ import annotations

from collections.abc import Sequence

from playback.domain.room_queue.state import RoomQueue
from playback.domain.timeline import ENDED, IDLE
from playback.media_lookup import describe, find, find_requested, items_at, items_named
from playback.models import Playback
from playback.models.queues.following_file import following_file
from playback.models.queues.item_batch import ItemBatch
from playback.sources.own_copy import OWN
from rooms.models import Member, Room
from watchium.protocol.errors import UnknownMedia
from watchium.protocol.queue import MediaToQueue, RoomQueueEntry
from watchium.protocol.types import Media


def requested_entries(
    queue: RoomQueue, requested: MediaToQueue, by: Member, now_ms: float
) -> tuple[RoomQueue, list[RoomQueueEntry]]:
    """Raises UnknownMedia, and TooLong for a title."""
    batch, media = items_named(requested.items), []
    for request in requested.items:
        try:
            media.append(find_requested(request, by.room, batch))
        except UnknownMedia:
            if not requested.skip_missing:
                raise
    if not media:
        raise UnknownMedia("None of these can be found any more.")
    return _entries(queue, media, (by.person.user_id, by.username), now_ms, batch)


def loaded_entry(
    queue: RoomQueue, media: Media, by: Member, now_ms: float
) -> tuple[RoomQueue, RoomQueueEntry]:
    queue, (entry,) = _entries(queue, [media], (by.person.user_id, by.username), now_ms)
    return queue, entry


def with_playing_media(queue: RoomQueue, playback: Playback, now_ms: float) -> RoomQueue:
    """Return the queue with the media that the room plays as its current entry, if it has none."""
    media = playback.current_media
    over = playback.phase in (IDLE, ENDED)
    if media is None or queue.current is not None or (queue.revision and over):
        return queue
    queue, (entry,) = _entries(queue, [media], (None, None), now_ms)
    return queue.loaded(entry)


def with_replayed_media(queue: RoomQueue, playback: Playback, now_ms: float) -> RoomQueue:
    """Return the queue with the media that the room plays again after their entry, the last one, was removed."""
    media = playback.current_media
    if media is None or queue.current is not None:
        return queue
    queue, (entry,) = _entries(queue, [media], (None, None), now_ms)
    return queue.ending_with(entry)


def media_of(entry: RoomQueueEntry, room: Room, batch: ItemBatch | None = None) -> Media | None:
    """Return what plays at the entry's address now; None if that cannot be found any more.

    It may be another file than when the entry was added, because the library has converted the item since.
    """
    if entry.media.source == OWN:
        return entry.media
    try:
        return find(entry.media.url, entry.media.title, mime=entry.media.mime, room=room, batch=batch)
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
    queue: RoomQueue,
    media: Sequence[Media],
    by: tuple[str | None, str | None],
    now_ms: float,
    batch: ItemBatch | None = None,
) -> tuple[RoomQueue, list[RoomQueueEntry]]:
    batch = items_at(each.url for each in media) if batch is None else batch
    described = [(each, *describe(each, batch)) for each in media]
    checked = {each.url for each in media if each.item_id is not None and batch.is_checked(each.item_id)}
    return queue.new_entries(described, by=by, now_ms=now_ms, checked=checked)
