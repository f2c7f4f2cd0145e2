"""The subscribers of one group, stored so that a delivery to all of them touches little memory.

Hundreds of sockets do not fit into a CPU cache: apart from the kernel's part, a delivery costs mostly the time to load
the objects on its way. So a socket that can take a frame directly is stored here as its transport's own `write`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from watchium.realtime.direct_writer import Write
from watchium.realtime.frames import Frame


class Subscriber(Protocol):
    """A socket as the hub sees it. None of its methods may block or raise."""

    @property
    def direct(self) -> Write | None:
        """Writes whole WebSocket frames to the transport; None while frames have to go through `deliver`."""

    def deliver(self, frame: Frame) -> None: ...

    def close(self, code: int) -> None: ...


class Subscribers:
    __slots__ = ("_all", "_direct", "_others")

    def __init__(self) -> None:
        self._all: dict[Subscriber, None] = {}
        # Built at the next delivery: many sockets may join and leave before it.
        self._direct: tuple[Write, ...] | None = None
        self._others: tuple[Subscriber, ...] = ()

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Subscriber]:
        return iter(tuple(self._all))

    def add(self, subscriber: Subscriber) -> None:
        self._all[subscriber] = None
        self._direct = None

    def discard(self, subscriber: Subscriber) -> None:
        self._all.pop(subscriber, None)
        self._direct = None

    def direct_changed(self) -> None:
        """The `direct` of a subscriber has changed."""
        self._direct = None

    def deliver(self, frames: Sequence[Frame]) -> None:
        """Deliver all frames to each subscriber in order, in one write if possible."""
        direct = self._direct if self._direct is not None else self._sort()
        others = self._others
        if direct:
            wire = frames[0].wire if len(frames) == 1 else b"".join(frame.wire for frame in frames)
            for write in direct:
                write(wire)
        for subscriber in others:
            for frame in frames:
                subscriber.deliver(frame)

    def _sort(self) -> tuple[Write, ...]:
        self._direct = tuple(each.direct for each in self._all if each.direct is not None)
        self._others = tuple(each for each in self._all if each.direct is None)
        return self._direct
