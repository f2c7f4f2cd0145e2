"""Controls a player that stands: it is placed, and starts in time. A start that is missed is planned again. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from watchium.client.sync.effects import Effect, Pause, Seek, State
from watchium.client.sync.latency_model import LatencyModel, Start
from watchium.client.sync.planned_start import PUNCTUAL_MS, SAME_PLACE_S, PlannedStart
from watchium.client.sync.timeline import Seen, SyncTarget

BUSY_MS = 50.0
ASLEEP_MS = 10_000.0  # placing never takes this long: the machine slept


@dataclass(frozen=True)
class Progress:
    """`started`: the player starts now, `late_ms` after it should have. `waits`: it has no data yet."""

    state: State
    ask_in_ms: float
    effects: list[Effect] = field(default_factory=list)
    started: Start | None = None
    late_ms: float = 0.0
    waits: bool = False


class StartControl:
    """`flushed`: the player was sought or loaded since it last played, so that starting takes longer."""

    def __init__(self, latencies: LatencyModel) -> None:
        self.plan: PlannedStart | None = None
        self.flushed = True
        self._latencies = latencies

    def place(self, target: SyncTarget, seen: Seen, position_s: float) -> Seek | None:
        """The seek of the paused player to a position; None if it is there."""
        to_s = target.seek_position(seen, position_s)
        if not seen.moving and -SAME_PLACE_S <= to_s - seen.position_s <= seen.frame_s + SAME_PLACE_S:
            return None
        self.flushed = True
        return Seek(to_s)

    def update(self, plan: PlannedStart, target: SyncTarget, seen: Seen) -> Progress:
        """Advance a planned start; the plan is removed when the player starts."""
        self.plan = plan
        if not seen.paused:
            plan.placed = False  # it has moved meanwhile
            return Progress(State.LOADING, 0.0, [Pause(True)])
        if not plan.placed:
            plan.placed = True
            seek = self.place(target, seen, plan.position_s)
            plan.placing_since_ms = seen.now_ms if seek else None
            return Progress(State.LOADING, 0.0, [seek] if seek else [])
        if seen.moving or seen.starved:
            return Progress(State.LOADING, BUSY_MS, waits=seen.server_ms > plan.at_ms)
        self._learn_placing(plan, seen)
        return self._start_in_time(plan, target, seen)

    def _learn_placing(self, plan: PlannedStart, seen: Seen) -> None:
        since_ms, plan.placing_since_ms = plan.placing_since_ms, None
        if since_ms is not None and seen.now_ms - since_ms <= ASLEEP_MS:
            self._latencies.record_placing(seen.now_ms - since_ms)

    def _start_in_time(self, plan: PlannedStart, target: SyncTarget, seen: Seen) -> Progress:
        kind = Start.FRESH if self.flushed else Start.REST
        late_ms = plan.late_ms(target, seen, self._latencies.start_ms[kind])
        if late_ms < -PUNCTUAL_MS:
            return Progress(State.READY, -late_ms)
        if plan.is_missed(late_ms, target, seen):
            return self.update(plan.retry(target, seen), target, seen)
        self.plan = None
        self.flushed = False
        return Progress(State.PLAYING, BUSY_MS, [Pause(False)], started=kind, late_ms=max(0.0, late_ms))
