"""A guest signs in: their marks and votes become those of the account."""

from __future__ import annotations

from collections.abc import Iterable

from playback.models import Playback
from playback.room.start.changes import record_change
from rooms.models import Person, Room
from watchium import server_clock


def reassign(room_pks: Iterable[int], guest: Person, person: Person) -> None:
    """Change these rooms, which the caller has locked: locking others here could deadlock."""
    for room_pk in room_pks:
        playback = Playback.objects.of(Room.objects.locked(room_pk))
        before = playback.start_state
        if (after := before.reassigned(guest.user_id, person.user_id)) != before:
            record_change(playback, after, "merge", server_clock.now_ms())
