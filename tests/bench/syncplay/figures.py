"""The figures of a run: how far players were from the room, by what had happened before. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from playback.domain.timeline import Timeline
from tests.bench.sync.figures import percentile
from tests.bench.syncplay.mpv import Sample

STEADY_AFTER_S = 10.0


class Error(NamedTuple):
    """`since_s`: since the room's last change took effect. `change`: start, seek, stop or other."""

    at_s: float
    error_s: float
    paused: bool
    since_s: float
    change: str
    seeks: int
    slow_downs: int


@dataclass(frozen=True)
class Errors:
    errors: list[Error]

    @classmethod
    def of(
        cls, timelines: Sequence[Timeline], samples: Iterable[Sample], server_s: Callable[[float], float]
    ) -> Errors:
        """Compare samples with the timeline that applied: until its instant, a change leaves players as they were."""
        changes = changes_of(timelines)
        errors, number = [], 0
        for sample in samples:
            at_s = server_s(sample.at_s)
            while number + 1 < len(changes) and changes[number + 1][0].at_ms <= at_s * 1000:
                number += 1
            if not changes or changes[number][0].at_ms > at_s * 1000:
                continue
            timeline, change = changes[number]
            errors.append(
                Error(
                    at_s,
                    sample.position_s - timeline.position_at(at_s * 1000),
                    sample.paused,
                    at_s - timeline.at_ms / 1000,
                    change,
                    sample.seeks,
                    sample.slow_downs,
                )
            )
        return cls(errors)

    def between(self, from_s: float, to_s: float) -> Errors:
        return Errors([each for each in self.errors if from_s <= each.at_s < to_s])

    def after(self, change: str, from_s: float, to_s: float) -> list[float]:
        """Milliseconds, without sign, from so long to so long after each change of a kind."""
        return [
            abs(each.error_s) * 1000
            for each in self.errors
            if each.change == change and from_s <= each.since_s < to_s and each.paused == (change == "stop")
        ]

    def playing_ms(self) -> list[float]:
        return [each.error_s * 1000 for each in self.errors if not each.paused]

    def count(self, kind: str) -> int:
        """Return how often the player sought, or was slowed down, in between."""
        if not self.errors:
            return 0
        return int(getattr(self.errors[-1], kind) - getattr(self.errors[0], kind))

    @property
    def minutes(self) -> float:
        return (self.errors[-1].at_s - self.errors[0].at_s) / 60 if self.errors else 0.0


def changes_of(timelines: Sequence[Timeline]) -> list[tuple[Timeline, str]]:
    """Return the timelines that changed the motion, each with the name of the change."""
    changes: list[tuple[Timeline, str]] = []
    for timeline in timelines:
        if not changes:
            changes.append((timeline, "other"))
        elif not changes[-1][0].is_same_motion(timeline):
            changes.append((timeline, _change(changes[-1][0], timeline)))
    return changes


def _change(before: Timeline, after: Timeline) -> str:
    if before.playing != after.playing:
        return "start" if after.playing else "stop"
    return "seek" if after.playing else "other"


def apart_ms(one: Errors, other: Errors) -> list[float]:
    """How far two players were from each other, without sign: samples nearest in time, at most 0.15 s apart."""
    result, number = [], 0
    theirs = [each for each in other.errors if not each.paused]
    for each in one.errors:
        if each.paused or not theirs:
            continue
        while number + 1 < len(theirs) and abs(theirs[number + 1].at_s - each.at_s) < abs(
            theirs[number].at_s - each.at_s
        ):
            number += 1
        if abs(theirs[number].at_s - each.at_s) <= 0.15:
            result.append(abs(theirs[number].error_s - each.error_s) * 1000)
    return result


def p50_p95(values_ms: Iterable[float]) -> str:
    absolute = [abs(each) for each in values_ms]
    if not absolute:
        return "-"
    return f"{percentile(absolute, 0.5):.0f}/{percentile(absolute, 0.95):.0f}"


def settled_after_s(errors: Sequence[Error], within_s: float) -> float:
    """Return how long after its change the last error above the limit was; 0 if there was none."""
    return max((each.since_s for each in errors if abs(each.error_s) > within_s), default=0.0)


def stalls(one: Errors, other: Errors) -> int:
    """How often both players lost 40 ms within 0.6 s of each other: the machine stood still, not one of them."""
    lost = [
        [later.at_s for earlier, later in pairwise(each.errors) if later.error_s - earlier.error_s < -0.04
         and later.change == earlier.change and later.since_s > 1.0 and not later.paused]
        for each in (one, other)
    ]  # fmt: skip
    return sum(any(abs(at_s - theirs) < 0.6 for theirs in lost[1]) for at_s in lost[0])
