"""Undo and redo of queue changes: two stacks of earlier queues. Pure.

Undo keeps the current track playing. If that track is not in the restored queue, or it became current because the
change removed the one before, undo plays the track that was current when the change was made, from its position then.
Redo of a change that added the track that was current then plays that track.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from playback.domain.queue import Queue

T = TypeVar("T")

MAX_DEPTH = 50
MAX_ENTRIES = 10_000  # in all stored queues: a row of half a megabyte is too large to write for each change


@dataclass(frozen=True, slots=True)
class QueueSnapshot:
    """A queue, the position in its current track, and whether it played."""

    queue: Queue
    position_s: float = 0.0
    is_playing: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """`done`: the queue before each change, the latest last; `undone`: the queue before each undo."""

    done: tuple[QueueSnapshot, ...] = ()
    undone: tuple[QueueSnapshot, ...] = ()

    def changed(self, before: QueueSnapshot) -> History:
        """Record a new change, which clears `undone`."""
        return History(_bounded((*self.done, before)))

    def undo(self, now: QueueSnapshot) -> tuple[History, QueueSnapshot]:
        if not self.done:
            return self, now
        *done, before = self.done
        history = replace(self, done=tuple(done), undone=_bounded((*self.undone, now)))
        return history, before if _removed_current(before, now) else _keep_playing(now, before)

    def redo(self, now: QueueSnapshot) -> tuple[History, QueueSnapshot]:
        if not self.undone:
            return self, now
        *undone, after = self.undone
        history = replace(self, undone=tuple(undone), done=_bounded((*self.done, now)))
        return history, after if _added_current(after, now) else _keep_playing(now, after)


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


def _bounded(stack: tuple[QueueSnapshot, ...]) -> tuple[QueueSnapshot, ...]:
    return tuple(bounded(stack, lambda snapshot: len(snapshot.queue)))


def bounded(stack: Sequence[T], length: Callable[[T], int]) -> Sequence[T]:
    """Drop the oldest beyond `MAX_DEPTH` and `MAX_ENTRIES`; `length` returns the number of entries of one."""
    stack = stack[-MAX_DEPTH:]
    while len(stack) > 1 and sum(map(length, stack)) > MAX_ENTRIES:
        stack = stack[1:]
    return stack
