"""What a scan found, counted, and each line about it said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from playback.domain.media_types import suffix_of
from watchium.text import clean

MOST_KINDS = 40  # lines of a summary
COUNTS = ("new", "changed", "back", "moved", "missing", "same", "left_out", "damaged")
Say = Callable[[str, bool], None]  # a line, and whether it is for everybody


@dataclass
class Tally:
    """How many files a scan found, or with a dry run would.

    `left_out`: what is no media here; `damaged`: what should be and cannot be read. `why` counts the former by
    extension and reason.
    """

    new: int = 0
    changed: int = 0
    back: int = 0
    moved: int = 0
    missing: int = 0
    same: int = 0
    left_out: int = 0
    damaged: int = 0
    why: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def has_changes(self) -> bool:
        return any((self.new, self.changed, self.back, self.moved, self.missing))

    def lines(self) -> Iterator[str]:
        for name in COUNTS:
            yield f"{name.replace('_', ' ')}: {getattr(self, name)}"
            if name == "left_out":
                yield from self._reasons()

    def _reasons(self) -> Iterator[str]:
        ordered = sorted(self.why.items(), key=lambda item: (-item[1], item[0]))
        for (extension, reason), times in ordered[:MOST_KINDS]:
            yield f"  {times} {extension}: {reason}"
        if len(ordered) > MOST_KINDS:
            yield f"  {sum(times for _, times in ordered[MOST_KINDS:])} of {len(ordered) - MOST_KINDS} other kinds"


class Report:
    """Counts, and says of each file that changes something what and why; damaged ones aloud."""

    def __init__(self, say: Say):
        self.tally = Tally()
        self._say = say

    def count(self, what: str, path: str) -> None:
        setattr(self.tally, what, getattr(self.tally, what) + 1)
        if what != "same":
            self._say(f"{what}: {clean(path)}", False)

    def left_out(self, path: str, why: str) -> None:
        self.tally.left_out += 1
        suffix = clean(suffix_of(path))[:12]
        self.tally.why[f".{suffix}" if suffix else "without extension", clean(why)] += 1
        self._say(f"left out: {clean(path)}: {clean(why)}", False)

    def damaged(self, path: str, why: str) -> None:
        self.tally.damaged += 1
        self._say(f"damaged: {clean(path)}: {clean(why)}", True)
