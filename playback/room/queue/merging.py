"""A guest signs in: their entries and votes become those of the account."""

from __future__ import annotations

from collections.abc import Iterable

from playback.domain.room_queue.changes import Origin
from playback.room.queue.storage import queue_of, write
from rooms.models import Person, Room
from watchium import server_clock


def reassign(room_pks: Iterable[int], guest: Person, person: Person) -> None:
    """Change the queues of these rooms, which the caller has locked: locking others here could deadlock."""
    for room_pk in room_pks:
        room = Room.objects.locked(room_pk)
        before = queue_of(room)
        after = before.reassigned(guest.user_id, person.user_id)
        if after != before:
            write(room, before, after, Origin("merge"), server_clock.now_ms())
