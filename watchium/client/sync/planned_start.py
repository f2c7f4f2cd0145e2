"""A planned start: be paused at a position ahead of the room, and start when the room gets there. Pure.

`static/js/core/sync/planned_start.js` has the same rules. It replaces a seek, whose duration is unknown, by a start,
whose latency has been learned.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from watchium.client.sync.latency_model import LatencyModel
from watchium.client.sync.timeline import TAIL_S, Seen, SyncTarget

MARGIN_MS = 250.0
GROWTH = 1.6
ALLOWANCE = 1.25
MARGIN_MOST_MS = 4000.0
TRIES = 3
PUNCTUAL_MS = 0.2
SCHEDULED_MS = 5.0
LATE_MS = 60.0
SAME_PLACE_S = 0.002  # mpv rounds positions


@dataclass
class PlannedStart:
    position_s: float
    at_ms: float
    since_ms: float
    margin_ms: float = 0.0
    tries: int = 0
    placed: bool = False
    placing_since_ms: float | None = field(default=None)

    @classmethod
    def scheduled(cls, target: SyncTarget, seen: Seen) -> PlannedStart:
        """The room starts in the future."""
        at_ms = target.timeline.timestamp
        return cls(target.position_at(at_ms), at_ms, seen.now_ms)

    @classmethod
    def ahead(cls, target: SyncTarget, seen: Seen, latencies: LatencyModel) -> PlannedStart:
        """The room moves already: meet it ahead."""
        return cls._after(target, seen, MARGIN_MS + latencies.place_ms, 0)

    def retry(self, target: SyncTarget, seen: Seen) -> PlannedStart:
        """This start was missed: the next one allows for the time that this one took."""
        took_ms = seen.now_ms - self.since_ms
        margin_ms = max(GROWTH * self.margin_ms, ALLOWANCE * took_ms, MARGIN_MS)
        return self._after(target, seen, min(margin_ms, MARGIN_MOST_MS), self.tries + 1)

    @classmethod
    def _after(cls, target: SyncTarget, seen: Seen, margin_ms: float, tries: int) -> PlannedStart:
        at_ms = seen.server_ms + margin_ms
        return cls(target.position_at(at_ms), at_ms, seen.now_ms, margin_ms, tries)

    def late_ms(self, target: SyncTarget, seen: Seen, latency_ms: float) -> float:
        """How long the start is overdue; negative while there is time. It starts from where it really stands."""
        near = abs(seen.position_s - self.position_s) <= seen.frame_s + SAME_PLACE_S
        at_ms = target.instant_of(seen.position_s) if near else self.at_ms
        return seen.server_ms - (at_ms - latency_ms)

    def is_missed(self, late_ms: float, target: SyncTarget, seen: Seen) -> bool:
        return late_ms > LATE_MS and self.tries < TRIES and target.remaining_s(seen) > TAIL_S
