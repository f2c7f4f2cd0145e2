"""What a change of a queue is, as clients receive it; and its undo history. Pure.

`watchium/client/room_queue.py` and `static/js/core/room/queue_store.js` apply changes.
"""

from __future__ import annotations

from dataclasses import dataclass

from playback.domain.room_queue.state import RoomQueue
from watchium.protocol.queue import QueueChange, RoomQueueEntry


@dataclass(frozen=True, slots=True)
class Origin:
    """Who changed the queue, and how: `cause` is the type of the command."""

    cause: str
    user_id: str | None = None
    username: str | None = None
    event_id: str | None = None


def change_between(before: RoomQueue, after: RoomQueue, origin: Origin) -> QueueChange:
    """Return the change that leads from one queue to the other."""
    known = {entry.id: entry for entry in before.entries}
    order = [entry.id for entry in after.entries]
    return QueueChange(
        revision=after.revision,
        cause=origin.cause,
        user_id=origin.user_id,
        username=origin.username,
        event_id=origin.event_id,
        entries=[entry for entry in after.entries if known.get(entry.id) != entry],
        order=None if order == list(known) else order,
        current=after.current,
        following=after.following,
        settings=None if after.settings == before.settings else after.settings,
        skip=after.skip,
        can_undo=after.can_undo,
        can_redo=after.can_redo,
    )


@dataclass(frozen=True, slots=True)
class EntriesSnapshot:
    """The entries at one time. Undo and redo restore entries and order; the current entry stays."""

    entries: tuple[RoomQueueEntry, ...]
    current: str | None = None

    def __len__(self) -> int:
        return len(self.entries)

    def undone_to(self, before: EntriesSnapshot) -> EntriesSnapshot:
        """Restore the entries of `before`, with the votes that they have now."""
        now = {entry.id: entry for entry in self.entries}
        restored = [now.get(entry.id, entry) for entry in before.entries]
        if self.current in now and all(entry.id != self.current for entry in restored):
            restored.insert(self._place_in(restored), now[self.current])
        return EntriesSnapshot(tuple(restored), self.current)

    def redone_to(self, after: EntriesSnapshot) -> EntriesSnapshot:
        return self.undone_to(after)

    def _place_in(self, restored: list[RoomQueueEntry]) -> int:
        """Return where the current entry goes: after the last of those before it that is among the restored."""
        places = {entry.id: place for place, entry in enumerate(restored, 1)}
        place = 0
        for entry in self.entries:
            if entry.id == self.current:
                break
            place = places.get(entry.id, place)
        return place
