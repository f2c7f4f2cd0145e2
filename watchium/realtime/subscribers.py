"""Who listens to one group, kept so that telling all of them touches as little memory as can be.

Hundreds of sockets in turn fit into no cache: what a delivery costs beside the kernel's part is mostly waiting for
the objects it goes through. So a socket that can take a frame at once is here only as its transport's own `write`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from watchium.realtime.direct_writer import Write
from watchium.realtime.frames import Frame


class Listener(Protocol):
    """A socket, as the fan-out sees it. None of its methods may block or raise."""

    @property
    def direct(self) -> Write | None:
        """Takes whole WebSocket frames, straight to the transport; None while a frame has to go to `deliver`."""

    def deliver(self, frame: Frame) -> None: ...

    def close(self, code: int) -> None: ...


class Listeners:
    __slots__ = ("_all", "_direct", "_others")

    def __init__(self) -> None:
        self._all: dict[Listener, None] = {}
        # Made when next something is told: many come and go before that.
        self._direct: tuple[Write, ...] | None = None
        self._others: tuple[Listener, ...] = ()

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Listener]:
        return iter(tuple(self._all))

    def add(self, listener: Listener) -> None:
        self._all[listener] = None
        self._direct = None

    def discard(self, listener: Listener) -> None:
        self._all.pop(listener, None)
        self._direct = None

    def changed(self) -> None:
        """Somebody's `direct` is another one now."""
        self._direct = None

    def deliver(self, frames: Sequence[Frame]) -> None:
        """To each all of them, in order, in one write where that is possible."""
        direct = self._direct if self._direct is not None else self._sort()
        others = self._others
        if direct:
            wire = frames[0].wire if len(frames) == 1 else b"".join(frame.wire for frame in frames)
            for write in direct:
                write(wire)
        for listener in others:
            for frame in frames:
                listener.deliver(frame)

    def _sort(self) -> tuple[Write, ...]:
        self._direct = tuple(listener.direct for listener in self._all if listener.direct is not None)
        self._others = tuple(listener for listener in self._all if listener.direct is None)
        return self._direct
