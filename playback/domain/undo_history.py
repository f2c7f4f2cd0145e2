"""Taking changes of a queue back, and doing them again: two stacks of what the queue was; pure.

What is on goes on: a change is taken back around it. Only where it is not in the queue any more then, or came on
because what was on was taken out, that comes on which was on at the time, where it was. A change that is done again and
put in what was on then, puts it on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from playback.domain.queue import Queue

T = TypeVar("T")

DEEPEST = 50
MOST_ENTRIES = (
    10_000  # of all that is remembered together: a row of half a megabyte is too much to write each time
)


@dataclass(frozen=True, slots=True)
class Past:
    """A queue, and where it was in what was on, and whether it played."""

    queue: Queue
    position_s: float = 0.0
    is_playing: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """`done`: what was before each change, the latest last; `undone`: what was before each undo."""

    done: tuple[Past, ...] = ()
    undone: tuple[Past, ...] = ()

    def changed(self, before: Past) -> History:
        """A new change: what was undone before it cannot be done again."""
        return History(_bounded((*self.done, before)))

    def undo(self, now: Past) -> tuple[History, Past]:
        if not self.done:
            return self, now
        *done, was = self.done
        back = replace(self, done=tuple(done), undone=_bounded((*self.undone, now)))
        return back, was if _took_out_what_was_on(was, now) else _around(now, was)

    def redo(self, now: Past) -> tuple[History, Past]:
        if not self.undone:
            return self, now
        *undone, was = self.undone
        again = replace(self, undone=tuple(undone), done=_bounded((*self.done, now)))
        return again, was if _put_in_what_was_on(was, now) else _around(now, was)


def _around(now: Past, was: Past) -> Past:
    on = now.queue.current
    if on is None or on not in was.queue:
        return was
    return replace(now, queue=was.queue.at(on))


def _took_out_what_was_on(was: Past, now: Past) -> bool:
    """And nobody has chosen anything else since."""
    on = was.queue.current
    return on is not None and on not in now.queue and now.queue.current == was.queue.removed(on).current


def _put_in_what_was_on(was: Past, now: Past) -> bool:
    """It went with the change, and comes on again with it."""
    on = was.queue.current
    return on is not None and on not in now.queue


def _bounded(stack: tuple[Past, ...]) -> tuple[Past, ...]:
    return tuple(bounded(stack, lambda past: len(past.queue)))


def bounded(stack: Sequence[T], length: Callable[[T], int]) -> Sequence[T]:
    """The latest of them, as many as are remembered; `length`: how many entries one has."""
    stack = stack[-DEEPEST:]
    while len(stack) > 1 and sum(map(length, stack)) > MOST_ENTRIES:
        stack = stack[1:]
    return stack
