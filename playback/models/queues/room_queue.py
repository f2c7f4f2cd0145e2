"""The queues of rooms, and their undo histories. A room gets both rows with the first change of its queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db import models

from playback.domain.room_queue import state
from playback.domain.room_queue.changes import EntriesSnapshot
from playback.domain.room_queue.people import entry_without_person
from playback.domain.room_queue.state import RoomQueue
from playback.domain.undo_history import History, bounded
from rooms.models import Room
from watchium.db.prepared import PreparedQuery, Rows, run_in_one_round_trip
from watchium.protocol.queue import RoomQueueEntry

MAX_REMOVED = 1_000_000  # characters; the row is written with each change of the entries

_entries = msgspec.json.Decoder(list[RoomQueueEntry])


class StoredQueueQuerySet(models.QuerySet["StoredQueue"]):
    def of(self, room: Room) -> RoomQueue:
        """Return the room's queue, an empty one if there is none."""
        (rows,) = run_in_one_round_trip(StoredQueue.to_read(room.pk))
        return StoredQueue.from_rows(rows)


class StoredQueue(models.Model):
    """`document`: a `playback.domain.room_queue.state.RoomQueue` as JSON, in the encoding of the protocol."""

    room = models.OneToOneField(Room, primary_key=True, on_delete=models.CASCADE, related_name="+")
    document = models.TextField()

    objects = StoredQueueQuerySet.as_manager()

    class Meta:
        verbose_name = "queue of a room"
        verbose_name_plural = "queues of rooms"

    def __str__(self) -> str:
        return f"queue of {self.room_id}"

    @staticmethod
    def to_read(room_pk: int) -> PreparedQuery:
        return PreparedQuery("SELECT document FROM playback_storedqueue WHERE room_id = %s", [room_pk])

    @staticmethod
    def to_store(room_pk: int, queue: RoomQueue) -> PreparedQuery:
        sql = """INSERT INTO playback_storedqueue (room_id, document) VALUES (%s, %s)
            ON CONFLICT (room_id) DO UPDATE SET document = excluded.document"""
        return PreparedQuery(sql, [room_pk, state.encode(queue)])

    @staticmethod
    def from_rows(rows: Rows) -> RoomQueue:
        return state.decode(rows[0][0]) if rows else RoomQueue()


class QueueHistoryQuerySet(models.QuerySet["QueueHistory"]):
    def of(self, room: Room) -> QueueHistory:
        """Return the history of the room's queue, or an empty unsaved one."""
        return self.filter(room=room).first() or QueueHistory(room=room)


class QueueHistory(models.Model):
    """Each stack has the ids of the entries at one time, separated by spaces, the latest last.

    `removed`: the entries that are in a stack and no longer in the queue, as JSON.
    """

    room = models.OneToOneField(Room, primary_key=True, on_delete=models.CASCADE, related_name="+")
    done: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    undone: models.JSONField[Any, Any] = models.JSONField(default=list, blank=True)
    removed = models.TextField(default="[]", blank=True)

    objects = QueueHistoryQuerySet.as_manager()

    class Meta:
        verbose_name = "history of a queue"
        verbose_name_plural = "histories of queues"

    def __str__(self) -> str:
        return f"history of the queue of {self.room_id}"

    def delete_if_stored(self) -> None:
        if not self._state.adding:
            self.delete()

    def forget(self, user_id: str) -> None:
        """Take a person's name, votes and checks away from the entries that undo and redo may bring back."""
        entries = [entry_without_person(entry, user_id) for entry in _entries.decode(self.removed)]
        removed = msgspec.json.encode(entries).decode()
        if removed != self.removed and not self._state.adding:
            self.removed = removed
            self.save(update_fields=["removed"])

    def push(self, before: Sequence[RoomQueueEntry], now: Sequence[RoomQueueEntry]) -> None:
        """Record a new change, as `History.changed`. Unsaved."""
        known = {entry.id: entry for entry in (*_entries.decode(self.removed), *before)}
        self.done = list(bounded([*self.done, _ids(before)], _length))
        self.undone = []
        self._keep_removed(known, now)

    def stacks(self, now: Sequence[RoomQueueEntry]) -> History[EntriesSnapshot]:
        known = {entry.id: entry for entry in (*_entries.decode(self.removed), *now)}
        return History(_snapshots(self.done, known), _snapshots(self.undone, known))

    def set_stacks(
        self,
        stacks: History[EntriesSnapshot],
        before: Sequence[RoomQueueEntry],
        now: Sequence[RoomQueueEntry],
    ) -> None:
        """Store the stacks after undo or redo led from one queue to the other. Unsaved."""
        known = {entry.id: entry for entry in (*_entries.decode(self.removed), *before)}
        self.done = [_ids(snapshot.entries) for snapshot in stacks.done]
        self.undone = [_ids(snapshot.entries) for snapshot in stacks.undone]
        self._keep_removed(known, now)

    def _keep_removed(self, known: dict[str, RoomQueueEntry], now: Sequence[RoomQueueEntry]) -> None:
        """Store the entries that only a stack has; forget the oldest changes if they are too many."""
        present = {entry.id for entry in now}
        self.removed = self._encoded_removed(known, present)
        while len(self.removed) > MAX_REMOVED and len(self.done) + len(self.undone) > 1:
            (self.done or self.undone).pop(0)
            self.removed = self._encoded_removed(known, present)

    def _encoded_removed(self, known: dict[str, RoomQueueEntry], present: set[str]) -> str:
        wanted = {each for ids in (*self.done, *self.undone) for each in ids.split()} - present
        return msgspec.json.encode([known[each] for each in sorted(wanted) if each in known]).decode()


def _snapshots(stack: Sequence[str], known: dict[str, RoomQueueEntry]) -> tuple[EntriesSnapshot, ...]:
    return tuple(
        EntriesSnapshot(tuple(known[each] for each in ids.split() if each in known)) for ids in stack
    )


def _ids(entries: Sequence[RoomQueueEntry]) -> str:
    return " ".join(entry.id for entry in entries)


def _length(ids: str) -> int:
    return ids.count(" ") + 1
