"""A queue after a guest became another person, or was deleted. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from playback.domain.room_queue.state import RoomQueue
from watchium.protocol.queue import EntryFailure, RoomQueueEntry


def reassigned(queue: RoomQueue, user_id: str, to: str) -> RoomQueue:
    """Give the entries, votes and checks of one person to another."""
    entries = tuple(
        replace(
            entry,
            user_id=to if entry.user_id == user_id else entry.user_id,
            votes=_reassigned(entry.votes, user_id, to),
            failures=_failures_reassigned(entry.failures, user_id, to),
        )
        for entry in queue.entries
    )
    skip = queue.skip and replace(queue.skip, votes=_reassigned(queue.skip.votes, user_id, to))
    return replace(queue, entries=entries, skip=skip)


def without_person(queue: RoomQueue, user_id: str) -> RoomQueue:
    """Take away a person's name, votes and checks. What they added stays, as if the room had."""
    entries = tuple(entry_without_person(entry, user_id) for entry in queue.entries)
    skip = queue.skip and replace(queue.skip, votes=_others(queue.skip.votes, user_id))
    return replace(queue, entries=entries, skip=skip if skip and skip.votes else None)


def entry_without_person(entry: RoomQueueEntry, user_id: str) -> RoomQueueEntry:
    is_theirs = entry.user_id == user_id
    return replace(
        entry,
        user_id=None if is_theirs else entry.user_id,
        username=None if is_theirs else entry.username,
        votes=_others(entry.votes, user_id),
        failures=[each for each in entry.failures if each.user_id != user_id],
    )


def _reassigned(votes: list[str], user_id: str, to: str) -> list[str]:
    return list(dict.fromkeys(to if each == user_id else each for each in votes))


def _failures_reassigned(failures: list[EntryFailure], user_id: str, to: str) -> list[EntryFailure]:
    moved = [replace(each, user_id=to) if each.user_id == user_id else each for each in failures]
    return list({each.user_id: each for each in moved}.values())


def _others(votes: list[str], user_id: str) -> list[str]:
    return [each for each in votes if each != user_id]
