"""Count what a scan found, and write a line about each file that it changed or skipped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from playback.domain.media_types import suffix_of
from watchium.text import clean

MAX_KINDS = 40  # lines of a summary
COUNTS = ("new", "changed", "back", "moved", "missing", "same", "left_out", "damaged")
WriteLine = Callable[[str, bool], None]  # a line, and whether to show it without --verbosity 2


@dataclass
class ScanReport:
    """How many files a scan found, or with a dry run would find.

    `left_out`: files that are not media; `damaged`: media that cannot be read. `reasons` counts the former by extension
    and reason.
    """

    new: int = 0
    changed: int = 0
    back: int = 0
    moved: int = 0
    missing: int = 0
    same: int = 0
    left_out: int = 0
    damaged: int = 0
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def has_changes(self) -> bool:
        return any((self.new, self.changed, self.back, self.moved, self.missing))

    def lines(self) -> Iterator[str]:
        for name in COUNTS:
            yield f"{name.replace('_', ' ')}: {getattr(self, name)}"
            if name == "left_out":
                yield from self._reason_lines()

    def _reason_lines(self) -> Iterator[str]:
        ordered = sorted(self.reasons.items(), key=lambda item: (-item[1], item[0]))
        for (extension, reason), times in ordered[:MAX_KINDS]:
            yield f"  {times} {extension}: {reason}"
        if len(ordered) > MAX_KINDS:
            yield f"  {sum(times for _, times in ordered[MAX_KINDS:])} of {len(ordered) - MAX_KINDS} other kinds"


class ScanReporter:
    def __init__(self, write_line: WriteLine):
        self.report = ScanReport()
        self._write_line = write_line

    def count(self, outcome: str, path: str) -> None:
        setattr(self.report, outcome, getattr(self.report, outcome) + 1)
        if outcome != "same":
            self._write_line(f"{outcome}: {clean(path)}", False)

    def left_out(self, path: str, reason: str) -> None:
        self.report.left_out += 1
        suffix = clean(suffix_of(path))[:12]
        self.report.reasons[f".{suffix}" if suffix else "without extension", clean(reason)] += 1
        self._write_line(f"left out: {clean(path)}: {clean(reason)}", False)

    def damaged(self, path: str, reason: str) -> None:
        self.report.damaged += 1
        self._write_line(f"damaged: {clean(path)}: {clean(reason)}", True)
