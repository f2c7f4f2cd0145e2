"""How far players are from the room and from each other, by their last reports. Pure: time is an argument."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from playback.domain.start_lead import CATCHING_UP
from playback.domain.timeline import Timeline
from watchium.protocol.commands import PlayerReport

RECENT_MS = 10_000.0  # three heartbeats: a player silent for longer may be anywhere, and the room does not wait for it
MAX_AGE_MS = 30_000.0  # ten heartbeats: an older report says nothing about the present
SYNCED_S = 2.0  # the bound that SyncState.is_synced records, whatever the room's own tolerance


class ReceivedReport(Struct, frozen=True, gc=False):
    """A player's report and the server time that it describes.

    Each heartbeat creates one and discards one, so the garbage collector does not track them.
    """

    report: PlayerReport
    at_ms: float

    def position_at(self, now_ms: float, rate: float) -> float:
        """Return the player's position in seconds at `now_ms`, assuming that it continued as reported."""
        moved_s = max(0.0, now_ms - self.at_ms) / 1000 * rate if self.report.is_playing else 0.0
        return self.report.current_time + moved_s

    def fresh(self, now_ms: float, within_ms: float = MAX_AGE_MS) -> bool:
        return now_ms - self.at_ms <= within_ms


def received(report: PlayerReport, now_ms: float) -> ReceivedReport:
    """Date a report. A client's clock may be wrong, so its sample is taken as 0 to 5 s old."""
    return ReceivedReport(report, now_ms if report.at is None else min(max(report.at, now_ms - 5000), now_ms))


def is_about(received: ReceivedReport, timeline: Timeline) -> bool:
    """Whether a report shows how well its player follows this timeline: made after it, and not about an older one.

    A player that still names an older revision after `RECENT_MS` is not following, so its report counts.
    """
    if received.at_ms < timeline.at_ms:
        return False
    revision = received.report.revision
    return revision is None or revision >= timeline.revision or received.at_ms - timeline.at_ms > RECENT_MS


def drift_s(received: ReceivedReport, timeline: Timeline, now_ms: float) -> float:
    """The player's position minus the room's at `now_ms`, in seconds; positive is ahead."""
    return received.position_at(now_ms, timeline.rate) - timeline.position_at(now_ms)


def in_sync(drift: float, tolerance_ms: float) -> bool:
    return abs(drift) * 1000 <= tolerance_ms


def spread_ms(
    reports: Iterable[ReceivedReport], timeline: Timeline, now_ms: float
) -> tuple[float | None, int]:
    """Return the distance between the foremost and the hindmost recent player, and how many players count.

    The distance is None for fewer than two players. Reports from before the room's last change are ignored, as are
    those older than `RECENT_MS`: the players may be anywhere since. Players that catch up do not count.
    """
    since_ms = max(timeline.at_ms, now_ms - RECENT_MS)
    following = (each for each in reports if each.report.state != CATCHING_UP)
    drifts = [drift_s(each, timeline, now_ms) for each in following if each.at_ms >= since_ms]
    if len(drifts) < 2:
        return None, len(drifts)
    return round(1000 * (max(drifts) - min(drifts)), 1), len(drifts)
