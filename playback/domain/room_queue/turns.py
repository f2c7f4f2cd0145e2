"""The order of the entries that are still to come: by hand, by votes, or one entry of each person in turn. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from playback.domain.queue import Queue
from watchium.protocol.queue import QueueOrder, RoomQueueEntry

MANUAL, VOTES, FAIR = "manual", "votes", "fair"


def arranged(queue: Queue[RoomQueueEntry], order: QueueOrder) -> Queue[RoomQueueEntry]:
    """Put the entries after the current one in their order; by hand they stay as they are."""
    if order == VOTES:
        return queue.with_upcoming(by_votes(queue.upcoming))
    if order == FAIR:
        return queue.with_upcoming(in_turns(queue.upcoming, queue.current_entry))
    return queue


def by_votes(entries: Sequence[RoomQueueEntry]) -> list[RoomQueueEntry]:
    """Most votes first; of entries with as many votes the one that was added first."""
    return sorted(entries, key=lambda entry: (-len(entry.votes), number_of(entry)))


def in_turns(
    entries: Sequence[RoomQueueEntry], current: RoomQueueEntry | None = None
) -> list[RoomQueueEntry]:
    """One entry of each person in each round. The order of a person's own entries stays.

    Who added the current entry has begun the round; the others follow in the order in which their oldest entries came.
    """
    waits_since: dict[str | None, int] = {current.user_id: 0} if current else {}
    for entry in entries:
        since = waits_since.get(entry.user_id, number_of(entry))
        waits_since[entry.user_id] = min(since, number_of(entry))
    turns: Counter[str | None] = Counter([current.user_id] if current else [])
    keys: dict[str, tuple[int, int]] = {}
    for entry in entries:
        keys[entry.id] = (turns[entry.user_id], waits_since[entry.user_id])
        turns[entry.user_id] += 1
    return sorted(entries, key=lambda entry: keys[entry.id])


def number_of(entry: RoomQueueEntry) -> int:
    """Ids are numbers that grow."""
    return int(entry.id)
