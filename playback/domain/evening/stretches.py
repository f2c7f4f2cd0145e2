"""From the log of a room to its evenings.

A stretch is a time in which the room played one thing at one rate. An evening is stretches that follow each other
within `GAP_MS`; a longer time in which nothing played ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from playback.domain.timeline import Timeline

HOUR_MS = 3_600_000.0
GAP_MS = 3 * HOUR_MS
# Without any change a stretch counts for so long: a live stream may be left on for days with nobody there.
LONGEST_MS = 6 * HOUR_MS
SAME_S = 0.05  # a change that moves nothing, such as a new host
MAX_STRETCHES = 2000
MAX_MEDIA = 200


@dataclass(frozen=True)
class Change:
    """The room's timeline after a change, and the address of its media."""

    timeline: Timeline
    url: str | None


@dataclass(frozen=True)
class Stretch:
    """The room played `url` from `start_ms` to `end_ms` (server time), from `position_s` on."""

    url: str
    start_ms: float
    end_ms: float
    position_s: float
    rate: float

    @property
    def lasts_ms(self) -> float:
        return self.end_ms - self.start_ms

    def position_at(self, at_ms: float) -> float:
        return self.position_s + self.rate * (at_ms - self.start_ms) / 1000


def stretches(changes: Sequence[Change], now_ms: float) -> list[Stretch]:
    """Return when the room played, in order, without overlaps. `changes` are in the order of their revisions."""
    played: list[Stretch] = []
    for change, ends_ms in zip(changes, _ends(changes, now_ms), strict=True):
        timeline = change.timeline
        if change.url is None or not timeline.playing:
            continue
        end_ms = min(ends_ms, timeline.reaches_end_ms or ends_ms, timeline.at_ms + LONGEST_MS)
        start_ms = max(timeline.at_ms, played[-1].end_ms) if played else timeline.at_ms
        if end_ms <= start_ms:
            continue
        stretch = Stretch(change.url, start_ms, end_ms, timeline.position_at(start_ms), timeline.rate)
        if played and _continues(played[-1], stretch):
            played[-1] = replace(played[-1], end_ms=end_ms)
        else:
            played.append(stretch)
    return played


def _ends(changes: Sequence[Change], now_ms: float) -> list[float]:
    """Return when each change stops to hold: at the next one, the last one now.

    A start that was announced and then called off never holds: what follows it in the log is about an earlier time.
    """
    ends, next_ms = [], now_ms
    for change in reversed(changes):
        ends.append(next_ms)
        next_ms = min(next_ms, change.timeline.at_ms)
    return ends[::-1]


def _continues(before: Stretch, after: Stretch) -> bool:
    return (
        (before.url, before.rate) == (after.url, after.rate)
        and before.end_ms == after.start_ms
        and abs(before.position_at(after.start_ms) - after.position_s) < SAME_S
    )


def evenings(played: Iterable[Stretch]) -> list[list[Stretch]]:
    """Divide stretches where nothing played for longer than `GAP_MS`."""
    found: list[list[Stretch]] = []
    for stretch in played:
        if found and stretch.start_ms - found[-1][-1].end_ms <= GAP_MS:
            found[-1].append(stretch)
        else:
            found.append([stretch])
    return found


def later_than(evening: Iterable[Stretch], at_ms: float) -> list[Stretch]:
    """Return what of the evening is later than a time."""
    rest = [stretch for stretch in evening if stretch.end_ms > at_ms]
    if rest and rest[0].start_ms < at_ms:
        rest[0] = replace(rest[0], start_ms=at_ms, position_s=rest[0].position_at(at_ms))
    return rest


def bounded(evening: Sequence[Stretch]) -> list[Stretch]:
    """Return the evening up to its `MAX_STRETCHES`-th stretch and `MAX_MEDIA`-th media."""
    urls: set[str] = set()
    for index, stretch in enumerate(evening[:MAX_STRETCHES]):
        urls.add(stretch.url)
        if len(urls) > MAX_MEDIA:
            return list(evening[:index])
    return list(evening[:MAX_STRETCHES])
