"""Recording of one run, with queries for the figures. Pure. Times are the stage page's, in milliseconds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter

SETTLED_MS = 15_000  # steady state begins this long after the last command


@dataclass(frozen=True)
class Look:
    """One player at one instant. `still`: 0 moving, 1 paused, 2 seeking, 3 stalled."""

    position_s: float
    still: int
    rate: float
    believed_ms: float | None  # its estimate of the server's clock minus this page's clock
    ready_state: int


@dataclass(frozen=True)
class Mark:
    """A command of the script, and the server's result."""

    at_ms: float
    what: str
    due_ms: float = 0.0  # the effective time scheduled by the server
    position_s: float = 0.0
    playing: bool = False
    rate: float = 1.0


@dataclass(frozen=True)
class Window:
    """The time between a command and the next."""

    mark: Mark
    from_ms: float
    to_ms: float

    def __contains__(self, at_ms: float) -> bool:
        return self.from_ms <= at_ms < self.to_ms


@dataclass
class Recording:
    seed: str
    members: dict[str, str]  # profile by player, of those present from the beginning
    host: str = ""
    jitter: str = "normal"
    names: list[str] = field(default_factory=list)
    rows: list[list] = field(default_factory=list)
    ops: dict[str, list[list]] = field(default_factory=dict)
    marks: list[Mark] = field(default_factory=list)
    happened: dict[str, float] = field(default_factory=dict)  # joined, cut, restored, starved, fed, end
    server_ahead_ms: float = 0.0  # the true server clock minus this page's
    uncertain_ms: float = 0.0
    presses: int = 0
    frames: list[list[float]] = field(default_factory=list)
    dropped: dict[str, list[int]] = field(default_factory=dict)
    load: list[float] = field(default_factory=list)

    def take(self, seen: dict) -> None:
        self.names = seen["names"]
        self.rows += seen["rows"]
        for name, ops in seen["ops"].items():
            self.ops.setdefault(name, []).extend(ops)

    # ---------------------------------------------------------------- players

    def of_profile(self, *profiles: str) -> list[str]:
        return [name for name, profile in self.members.items() if profile in profiles]

    # ---------------------------------------------------------------- times

    def windows(self) -> Iterator[Window]:
        end = Mark(self.happened["end"], "end")
        for mark, following in pairwise([*self.marks, end]):
            yield Window(mark, mark.at_ms, following.at_ms)

    def steady(self) -> list[Window]:
        """Return whether it plays, long after the last command."""
        return [
            Window(window.mark, window.from_ms + SETTLED_MS, window.to_ms)
            for window in self.windows()
            if window.mark.playing and window.to_ms - window.from_ms > SETTLED_MS
        ]

    def rows_in(self, from_ms: float, to_ms: float) -> Iterator[list]:
        first, end = (bisect_left(self.rows, at_ms, key=itemgetter(0)) for at_ms in (from_ms, to_ms))
        return (self.rows[index] for index in range(first, end))

    # ---------------------------------------------------------------- skew

    def look(self, row: list, name: str) -> Look | None:
        index = self.names.index(name) + 1 if name in self.names else len(row)
        return Look(*row[index]) if index < len(row) and row[index] else None

    def skews(
        self, from_ms: float, to_ms: float, pair: tuple[str, str], rate: float = 1.0
    ) -> Iterator[tuple[float, float]]:
        """Yield times, and the milliseconds of room time by which the first of the pair is ahead."""
        for row in self.rows_in(from_ms, to_ms):
            one, other = (self.look(row, name) for name in pair)
            if one and other:
                yield row[0], (one.position_s - other.position_s) * 1000 / rate

    def errors(self, window: Window, name: str) -> Iterator[float]:
        """Return milliseconds of room time by which a player is ahead of the timeline, by the true clock."""
        for row in self.rows_in(window.from_ms, window.to_ms):
            if look := self.look(row, name):
                gone_ms = max(0.0, row[0] - window.mark.due_ms)
                yield (look.position_s - window.mark.position_s) * 1000 / window.mark.rate - gone_ms

    def ops_in(self, name: str, what: str, from_ms: float, to_ms: float) -> list[list]:
        return [op for op in self.ops.get(name, []) if op[1] == what and from_ms <= op[0] < to_ms]
