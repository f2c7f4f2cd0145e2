"""Read a room's queue, and write its changes: the queue, its history, the revision and the event, all or nothing."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import partial
from threading import Lock

import msgspec
from django.db import transaction
from msgspec.structs import replace

from playback.domain.room_queue.changes import Origin, change_between
from playback.domain.room_queue.state import RoomQueue
from playback.models import Playback, QueueHistory, StoredQueue
from playback.room.queue.entries import with_next_of_folder, with_playing_media
from rooms.domain.rights import Right
from rooms.models import Room
from watchium.db.prepared import run_in_one_round_trip
from watchium.process_state import process_state
from watchium.protocol.events import QueueChanged
from watchium.realtime import broadcast

ENCODED_ROOMS = 200  # a queue of 200 entries has 60 KB


@dataclass
class _State:
    """The encoded queues of rooms that members entered lately, by primary key, with epoch and revision."""

    encoded: OrderedDict[int, tuple[str, int, msgspec.Raw]] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)


_state = process_state(_State)


def queue_of(room: Room) -> RoomQueue:
    """Return the room's queue; without a query if it has none."""
    return StoredQueue.objects.of(room) if room.queue_revision else RoomQueue()


def forget_encoded() -> None:
    """For tests, which undo committed changes."""
    with _state.lock:
        _state.encoded.clear()


def encoded_queue(room: Room) -> tuple[int, msgspec.Raw | None]:
    """Return revision and protocol state of the queue; 0 and None if there is none.

    The row is read by the first join, and after a change in another process.
    """
    if not room.queue_revision:
        return 0, None
    with _state.lock:
        known = _state.encoded.get(room.pk)
        if known is not None and known[:2] == (room.epoch, room.queue_revision):
            _state.encoded.move_to_end(room.pk)
            return known[1:]
    queue = StoredQueue.objects.of(room)
    return queue.revision, _keep_encoded(room, queue)


def _keep_encoded(room: Room, queue: RoomQueue) -> msgspec.Raw:
    encoded = msgspec.Raw(msgspec.json.encode(queue.to_protocol()))
    with _state.lock:
        _state.encoded[room.pk] = (room.epoch, queue.revision, encoded)
        _state.encoded.move_to_end(room.pk)
        while len(_state.encoded) > ENCODED_ROOMS:
            _state.encoded.popitem(last=False)
    return encoded


def save_change(
    room: Room, before: RoomQueue, after: RoomQueue, origin: Origin, now_ms: float, *, undoable: bool = False
) -> RoomQueue:
    """Write the queue under the next revision, and broadcast the change on commit. The room is locked.

    `undoable`: the entries before the change can be restored.
    """
    if after.current != before.current or after.settings != before.settings:
        after = with_next_of_folder(after, now_ms)
    if undoable:
        history = QueueHistory.objects.of(room)
        history.push(before.entries, after.entries)
        history.save()
        after = replace(after, can_undo=True, can_redo=False)
    return write(room, before, after, origin, now_ms)


def empty(playback: Playback, now_ms: float) -> None:
    """Forget entries, settings and history, except what the room plays. The room is locked."""
    room = playback.room
    before = queue_of(room)
    if not before.revision:
        return
    fresh = with_playing_media(RoomQueue(last_id=before.last_id), playback, now_ms)
    QueueHistory.objects.of(room).delete_if_stored()
    write(room, before, replace(fresh, revision=before.revision), Origin("reset"), now_ms)


def show_who_adds(room: Room, now_ms: float) -> None:
    """Have the queue show who has the right to add to it. The room is locked."""
    before = queue_of(room)
    after = before.with_who_adds(room.levels[Right.QUEUE_ADD])
    if before.revision and after != before:
        write(room, before, after, Origin("set_right"), now_ms)


def write(room: Room, before: RoomQueue, after: RoomQueue, origin: Origin, now_ms: float) -> RoomQueue:
    take_revision = room.take_queue_revision()
    after = replace(after, revision=room.queue_revision)
    run_in_one_round_trip(take_revision, StoredQueue.to_store(room.pk, after))
    change = change_between(before, after, origin)
    if room.pk in _state.encoded:  # members enter it here: the next one needs no query
        transaction.on_commit(partial(_keep_encoded, room, after))
    broadcast.to_room(room.room_id, QueueChanged(room_id=room.room_id, timestamp=now_ms, payload=change))
    return after
