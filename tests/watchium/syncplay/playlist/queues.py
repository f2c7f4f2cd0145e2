"""Queues for tests of the playlist: entries have the ids 1, 2, 3."""

from __future__ import annotations

from msgspec.structs import replace

from playback.sources.own_copy import OWN
from watchium.client.room_queue import NO_QUEUE
from watchium.protocol.queue import QueueState, RoomQueueEntry
from watchium.protocol.types import Media

FILM = Media(url=f"{OWN}:1", kind="video", title="film.mkv", source=OWN)
OTHER = Media(url=f"{OWN}:2", kind="video", title="other.mkv", source=OWN)
LINK = Media(url="https://example.org/clip.mp4", kind="video", title="clip")


def entry(number: int, media: Media) -> RoomQueueEntry:
    return RoomQueueEntry(
        id=str(number), media=media, duration=None, cover=None, user_id=None, username=None, added_at=0.0
    )


def queue_of(*media: Media, current: int | None = None, revision: int = 1) -> QueueState:
    """No queue without media."""
    entries = [entry(number, each) for number, each in enumerate(media, 1)]
    return replace(
        NO_QUEUE,
        revision=revision if entries else 0,
        entries=entries,
        current=None if current is None else entries[current].id,
    )
