"""Members of queues who become other persons, because they sign in, or are deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from playback.domain.room_queue import people
from playback.domain.room_queue.changes import Origin
from playback.domain.room_queue.state import RoomQueue
from playback.models import QueueHistory
from playback.room.queue.storage import queue_of, write
from rooms.models import Person, Room
from watchium import server_clock


def reassign(room_pks: Iterable[int], guest: Person, person: Person) -> None:
    """A guest signs in: their entries and votes become those of the account.

    Change these rooms, which the caller has locked: locking others here could deadlock.
    """
    for room_pk in room_pks:
        _change(
            Room.objects.locked(room_pk),
            lambda queue: people.reassigned(queue, guest.user_id, person.user_id),
            "merge",
        )


def forget(room: Room, user_id: str) -> None:
    """Take a deleted person's name, votes and checks away, also from entries that undo may bring back.

    The room is locked.
    """
    if room.queue_revision:
        _change(room, lambda queue: people.without_person(queue, user_id), "forget")
        QueueHistory.objects.of(room).forget(user_id)


def _change(room: Room, change: Callable[[RoomQueue], RoomQueue], cause: str) -> None:
    before = queue_of(room)
    after = change(before)
    if after != before:
        write(room, before, after, Origin(cause), server_clock.now_ms())
