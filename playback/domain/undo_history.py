"""Undo and redo of queue changes: two stacks of earlier queues. Pure. Of a player and of a room.

What undo and redo do about the track that is current is up to the snapshot. In a player, undo keeps it playing. If that
track is not in the restored queue, or it became current because the change removed the one before, undo plays the track
that was current when the change was made, from its position then. Redo of a change that added the track that was
current then plays that track.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Protocol, Self, TypeVar

from playback.domain.queue import Entry, Queue

T = TypeVar("T")

MAX_DEPTH = 50
MAX_ENTRIES = 10_000  # in all stored queues: a row of half a megabyte is too large to write for each change


class Snapshot(Protocol):
    """A queue as it was at one time; its length is the number of entries."""

    def __len__(self) -> int: ...

    def undone_to(self, before: Self) -> Self:
        """Return the state after undo: `self` is now, `before` is from before the change."""

    def redone_to(self, after: Self) -> Self: ...


S = TypeVar("S", bound=Snapshot)


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """A player's queue, the position in its current track, and whether it played."""

    queue: Queue[Entry]
    position_s: float = 0.0
    is_playing: bool = False

    def __len__(self) -> int:
        return len(self.queue)

    def undone_to(self, before: QueueSnapshot) -> QueueSnapshot:
        return before if _removed_current(before, self) else _keep_playing(self, before)

    def redone_to(self, after: QueueSnapshot) -> QueueSnapshot:
        return after if _added_current(after, self) else _keep_playing(self, after)


@dataclass(frozen=True, slots=True)
class History(Generic[S]):
    """`done`: the queue before each change, the latest last; `undone`: the queue before each undo."""

    done: tuple[S, ...] = ()
    undone: tuple[S, ...] = ()

    def changed(self, before: S) -> History[S]:
        """Record a new change, which clears `undone`."""
        return History(_bounded((*self.done, before)))

    def undo(self, now: S) -> tuple[History[S], S]:
        if not self.done:
            return self, now
        *done, before = self.done
        history = replace(self, done=tuple(done), undone=_bounded((*self.undone, now)))
        return history, now.undone_to(before)

    def redo(self, now: S) -> tuple[History[S], S]:
        if not self.undone:
            return self, now
        *undone, after = self.undone
        history = replace(self, undone=tuple(undone), done=_bounded((*self.done, now)))
        return history, now.redone_to(after)


def _keep_playing(now: QueueSnapshot, restored: QueueSnapshot) -> QueueSnapshot:
    current = now.queue.current
    if current is None or current not in restored.queue:
        return restored
    return replace(now, queue=restored.queue.at(current))


def _removed_current(before: QueueSnapshot, now: QueueSnapshot) -> bool:
    """Whether the change removed the current entry, and no other entry was chosen since."""
    current = before.queue.current
    if current is None or current in now.queue:
        return False
    return now.queue.current == before.queue.removed(current).current


def _added_current(after: QueueSnapshot, now: QueueSnapshot) -> bool:
    """Whether undoing the change removed the entry that was current."""
    current = after.queue.current
    return current is not None and current not in now.queue


def _bounded(stack: tuple[S, ...]) -> tuple[S, ...]:
    return tuple(bounded(stack, len))


def bounded(stack: Sequence[T], length: Callable[[T], int]) -> Sequence[T]:
    """Drop the oldest beyond `MAX_DEPTH` and `MAX_ENTRIES`; `length` returns the number of entries of one."""
    stack = stack[-MAX_DEPTH:]
    while len(stack) > 1 and sum(map(length, stack)) > MAX_ENTRIES:
        stack = stack[1:]
    return stack
