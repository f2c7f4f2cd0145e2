"""A guest signs in: their entries and votes become those of the account."""

from __future__ import annotations

from playback.domain.room_queue.changes import Origin
from playback.room.queue.storage import queue_of, write
from rooms.models import Person, Room
from watchium import server_clock


def reassign(guest: Person, person: Person) -> None:
    """Change the queues of the rooms that the account is in. The caller has opened a transaction."""
    for room_pk in Room.objects.with_queue_of(person):
        room = Room.objects.locked(room_pk)
        before = queue_of(room)
        after = before.reassigned(guest.user_id, person.user_id)
        if after != before:
            write(room, before, after, Origin("merge"), server_clock.now_ms())
