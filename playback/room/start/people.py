"""Members of ready checks and polls who become other persons, because they sign in, or are deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from playback.domain.start.state import StartState
from playback.models import Playback
from playback.room.start.changes import record_change
from rooms.models import Person, Room
from watchium import server_clock


def reassign(room_pks: Iterable[int], guest: Person, person: Person) -> None:
    """A guest signs in: their marks and votes become those of the account.

    Change these rooms, which the caller has locked: locking others here could deadlock.
    """
    for room_pk in room_pks:
        _change(
            Room.objects.locked(room_pk),
            lambda state: state.reassigned(guest.user_id, person.user_id),
            "merge",
        )


def forget(room: Room, user_id: str) -> None:
    """Take a deleted person's name, marks and votes away. The room is locked."""
    _change(room, lambda state: state.without_person(user_id), "forget")


def _change(room: Room, change: Callable[[StartState], StartState], cause: str) -> None:
    playback = Playback.objects.of(room)
    before = playback.start_state
    after = change(before)
    if after != before:
        record_change(playback, after, cause, server_clock.now_ms())
