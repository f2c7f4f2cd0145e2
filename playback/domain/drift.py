"""How far a player is off the room, from what it last said. Pure: time is an argument."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from playback.domain.timeline import Timeline
from watchium.protocol.commands import PlayerReport

HEARD_MS = 10_000.0  # three heartbeats: who is silent for longer may be anywhere, and nobody waits for them
OLDEST_MS = 30_000.0  # ten heartbeats without a word: nothing is known any more
SYNCED_S = 2.0  # what SyncState.is_synced records, whatever the room's own tolerance


class Noted(Struct, frozen=True, gc=False):
    """A player's report and the server time at which what it says was so.

    Each heartbeat brings one and takes one away: the garbage collector does not have to know of them.
    """

    report: PlayerReport
    at_ms: float

    def position_at(self, now_ms: float, rate: float) -> float:
        """Where the player is now if it went on as it said, in seconds."""
        moved_s = max(0.0, now_ms - self.at_ms) / 1000 * rate if self.report.is_playing else 0.0
        return self.report.current_time + moved_s

    def fresh(self, now_ms: float, within_ms: float = OLDEST_MS) -> bool:
        return now_ms - self.at_ms <= within_ms


def noted(report: PlayerReport, now_ms: float) -> Noted:
    """A client's clock may be wrong: what it sampled is at most 5 s old and never lies ahead."""
    return Noted(report, now_ms if report.at is None else min(max(report.at, now_ms - 5000), now_ms))


def is_about(seen: Noted, timeline: Timeline) -> bool:
    """Whether a report tells how well its player follows this timeline: made after it, and not about an older one.

    A player that has named an older one for long does not follow.
    """
    if seen.at_ms < timeline.at_ms:
        return False
    named = seen.report.revision
    return named is None or named >= timeline.revision or seen.at_ms - timeline.at_ms > HEARD_MS


def drift_s(seen: Noted, timeline: Timeline, now_ms: float) -> float:
    """The player's position minus the room's at `now_ms`, in seconds; positive is ahead."""
    return seen.position_at(now_ms, timeline.rate) - timeline.position_at(now_ms)


def in_sync(drift: float, tolerance_ms: float) -> bool:
    return abs(drift) * 1000 <= tolerance_ms


def spread_ms(reports: Iterable[Noted], timeline: Timeline, now_ms: float) -> tuple[float | None, int]:
    """Between the foremost and the hindmost of the players heard lately, and how many those are.

    None for fewer than two: nobody is apart from themselves. What was said before the room's last change says nothing
    of where a player is since, and whoever said nothing for three heartbeats may be anywhere.
    """
    since_ms = max(timeline.at_ms, now_ms - HEARD_MS)
    drifts = [drift_s(seen, timeline, now_ms) for seen in reports if seen.at_ms >= since_ms]
    if len(drifts) < 2:
        return None, len(drifts)
    return round(1000 * (max(drifts) - min(drifts)), 1), len(drifts)
