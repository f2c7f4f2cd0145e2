"""The player's state machine: given the room's timeline and what the player shows, what to do now. Pure.

`static/js/core/sync/sync_controller.js` has the same rules, with more cases, because browsers have more. It is called
on every event and timer, evaluates the whole situation each time, and returns effects and when to be called again.
"""

from __future__ import annotations

from dataclasses import dataclass

from watchium.client.sync.effects import Effect, Pause, Rate, Seek, Stall, State, Step
from watchium.client.sync.latency_model import LatencyModel, Start
from watchium.client.sync.planned_start import SCHEDULED_MS, PlannedStart
from watchium.client.sync.rate_control import Decision, PlayerSample, RateControl
from watchium.client.sync.stalls import StallWatch
from watchium.client.sync.start_control import BUSY_MS, StartControl
from watchium.client.sync.timeline import TAIL_S, Seen, SyncTarget
from watchium.protocol.types import TimelineState

IDLE_MS = 1000.0
RESUME_SETTLE_MS = 150.0


@dataclass(frozen=True)
class _Wait:
    state: State
    ask_in_ms: float


class SyncController:
    def __init__(self) -> None:
        self.target: SyncTarget | None = None
        self.state = State.EMPTY
        self.latencies = LatencyModel()
        self.rates = RateControl()
        self.decision: Decision | None = None
        self.off = False
        self.failed = False
        self._next: SyncTarget | None = None
        self._effects: list[Effect] = []
        self._starts = StartControl(self.latencies)
        self._tracking = self._forced = self._placed = self._new_rate = False
        self._measures: Start | str | None = None
        self._late_ms = 0.0
        self._clock_steps = 0
        self._stalls = StallWatch()

    # ------------------------------------------------------------ what changes the plan

    @property
    def timeline(self) -> TimelineState | None:
        return self.target.timeline if self.target else None

    def new_source(self, *, exact: bool) -> None:
        """Other media were opened, or the same again. `exact`: they have sound, whose position is known exactly."""
        self.failed = False
        self._starts.flushed = True
        if exact != self.rates.exact:
            self.rates = RateControl(exact=exact)
        self._start_over()

    def follow(self, timeline: TimelineState | None, server_ms: float) -> None:
        """Follow a timeline. One that describes the same motion changes nothing."""
        self._next = None
        if timeline and self.target and self.target.flows_into(timeline, server_ms):
            self._next = SyncTarget(timeline)
            return
        same = bool(timeline and self.target and self.target.is_same_motion(timeline, server_ms))
        self._new_rate = bool(timeline and self.target and self.target.rate != timeline.rate)
        self.target = SyncTarget(timeline) if timeline else None
        if not same:
            self._start_over()

    def look_again(self) -> None:
        """Forget the plan: the player may be elsewhere. One that is nearly in step is not moved."""
        self._start_over()

    def resync(self) -> None:
        """Place the player again, whatever it does."""
        self._start_over()
        self._forced = True

    def leave_alone(self, off: bool) -> None:
        """Stop or resume keeping the player in step."""
        if off != self.off:
            self._start_over()
        self.off = off

    def _start_over(self) -> None:
        self._starts.plan = None
        self._tracking = self._placed = self._forced = False
        self._measures = None

    # ------------------------------------------------------------ deciding

    def tick(self, seen: Seen) -> Step:
        self._effects = []
        self.decision = None
        self._start_due_lap(seen)
        wait = self._decide(seen)
        self.state = wait.state
        lap_in_ms = self._lap_in_ms(seen)
        ask_in_ms = wait.ask_in_ms if lap_in_ms is None else min(lap_in_ms, wait.ask_in_ms)
        return Step(wait.state, self._effects, max(0.0, ask_in_ms))

    def _lap_in_ms(self, seen: Seen) -> float | None:
        if self._next is None:
            return None
        return self._next.timeline.timestamp - self.latencies.seek_ms - seen.server_ms

    def _start_due_lap(self, seen: Seen) -> None:
        """Seek to the beginning of the next lap when it is due, without stopping."""
        lap_in_ms = self._lap_in_ms(seen)
        if self._next is None or lap_in_ms is None or lap_in_ms > 0:
            return
        self.target, self._next = self._next, None
        if not self._tracking or seen.paused or self.off:
            self._start_over()
            return
        self.rates.acquire(seen.now_ms)
        self._seek_on(self.target, seen)

    def _decide(self, seen: Seen) -> _Wait:
        if seen.clock_steps != self._clock_steps:
            self._clock_steps = seen.clock_steps
            self.rates.acquire(seen.now_ms, 0.0)
        target = self.target
        if target is None or target.timeline.media is None:
            return _Wait(State.EMPTY, IDLE_MS)
        if self.failed:
            return _Wait(State.ERROR, IDLE_MS)
        if not seen.loaded:
            return _Wait(State.LOADING, IDLE_MS)
        if self.off:
            return self._release(target)
        if not target.timeline.is_playing:
            return self._stand(target, seen)
        return self._play(target, seen)

    def _release(self, target: SyncTarget) -> _Wait:
        """Set the room's rate once; from then on the person controls the player."""
        if self.state is not State.OFF:
            self._keep_rate(target)
        return _Wait(State.OFF, IDLE_MS)

    def _keep_rate(self, target: SyncTarget) -> None:
        self._effects.append(Rate(target.rate, target.rate, target.rate != 1))

    # ------------------------------------------------------------ a room that stands

    def _stand(self, target: SyncTarget, seen: Seen) -> _Wait:
        self._tracking = False
        self._starts.plan = None
        self._keep_rate(target)
        if not seen.paused:
            self._effects.append(Pause(True))
        phase = target.timeline.phase
        moves = False
        if not self._placed and not (phase == "ended" and (seen.ended or seen.remaining_s < TAIL_S)):
            seek = self._starts.place(target, seen, target.position_at(seen.server_ms))
            self._effects += [seek] if seek else []
            moves = seek is not None
        self._placed = True
        if phase == "holding":
            if moves or seen.moving or seen.starved:
                return _Wait(State.BUFFERING if self._stalls.stalled else State.LOADING, BUSY_MS)
            self._end_stall(seen)
            return _Wait(State.READY, IDLE_MS)
        self._end_stall(seen)
        return _Wait(State.ENDED if phase == "ended" else State.PAUSED, IDLE_MS)

    # ------------------------------------------------------------ a room that plays

    def _play(self, target: SyncTarget, seen: Seen) -> _Wait:
        if self._starts.plan:
            return self._start(self._starts.plan, target, seen)
        if self._tracking and not seen.paused:
            return self._track(target, seen)
        if not seen.locked:
            return _Wait(State.LOADING, BUSY_MS)
        if target.timeline.timestamp - seen.server_ms > SCHEDULED_MS:
            return self._start(PlannedStart.scheduled(target, seen), target, seen)
        if target.is_at_end(seen):
            return _Wait(State.ENDED if seen.ended else State.PLAYING, IDLE_MS)
        if seen.paused or self._forced or target.is_far(seen):
            return self._start(PlannedStart.ahead(target, seen, self.latencies), target, seen)
        self._tracking = True
        self._measures = None
        if self._new_rate:
            return self._change_rate(target, seen)
        self.rates.acquire(seen.now_ms, RESUME_SETTLE_MS)
        return self._track(target, seen)

    def _change_rate(self, target: SyncTarget, seen: Seen) -> _Wait:
        """Sound that is decoded already plays at the rate of before, for a third of a second; a seek drops it."""
        self._new_rate = False
        self._keep_rate(target)
        self.rates.acquire(seen.now_ms)
        self._seek_on(target, seen)
        return _Wait(State.PLAYING, BUSY_MS)

    def _start(self, plan: PlannedStart, target: SyncTarget, seen: Seen) -> _Wait:
        self._tracking = self._forced = False
        self._keep_rate(target)
        progress = self._starts.update(plan, target, seen)
        self._effects += progress.effects
        if progress.waits and self._detect_stall(seen):
            return _Wait(State.BUFFERING, progress.ask_in_ms)
        if progress.started:
            self._tracking = True
            self._end_stall(seen)
            self._measures, self._late_ms = progress.started, progress.late_ms
            self.rates.acquire_after_start(seen.now_ms)
        return _Wait(progress.state, progress.ask_in_ms)

    def _track(self, target: SyncTarget, seen: Seen) -> _Wait:
        if seen.ended or target.remaining_s(seen) <= 0:
            return _Wait(State.ENDED if seen.ended else State.PLAYING, 2 * BUSY_MS)
        was_stalled = self._stalls.stalled
        if self._detect_stall(seen):
            self._keep_rate(target)
            return _Wait(State.BUFFERING, BUSY_MS)
        if was_stalled:
            self.rates.acquire(seen.now_ms)
            if target.is_far(seen) and target.remaining_s(seen) > TAIL_S:
                return self._start(PlannedStart.ahead(target, seen, self.latencies), target, seen)
        if not seen.locked:
            self.rates.acquire(seen.now_ms)
            self._keep_rate(target)
            return _Wait(State.PLAYING, BUSY_MS)
        return self._correct(target, seen)

    def _correct(self, target: SyncTarget, seen: Seen) -> _Wait:
        sample = PlayerSample(
            now_ms=seen.now_ms,
            error_ms=target.error_ms(seen),
            room_rate=target.rate,
            reliable=not (seen.moving or seen.starved),
            ahead_s=min(seen.ahead_s, seen.remaining_s),
            remaining_s=min(seen.remaining_s, target.remaining_s(seen)),
            movement_ms=seen.movement_ms,
        )
        decision = self.decision = self.rates.tick(sample)
        if decision.landed_ms is not None:
            self._learn(decision.landed_ms)
        self._effects.append(Rate(decision.rate, target.rate, decision.keeps_pitch))
        if decision.seek:
            self._seek_on(target, seen)
        return _Wait(State.PLAYING, decision.ask_in_ms)

    def _seek_on(self, target: SyncTarget, seen: Seen) -> None:
        """Seek without stopping, to where the room will be when the seek is done."""
        arrival_ms = seen.server_ms + self.latencies.seek_ms
        self._measures = "seek"
        self._effects.append(Seek(target.seek_position(seen, target.position_at(arrival_ms))))

    def _learn(self, error_ms: float) -> None:
        measured, self._measures = self._measures, None
        if isinstance(measured, Start):
            self.latencies.record_start(measured, error_ms - self._late_ms)
        elif measured == "seek":
            self.latencies.record_seek(error_ms)

    # ------------------------------------------------------------ stalls

    def _detect_stall(self, seen: Seen) -> bool:
        """Return whether the player is stalled, and report the beginning and the end."""
        self._report(self._stalls.update(seen))
        return self._stalls.stalled

    def _end_stall(self, seen: Seen) -> None:
        self._report(self._stalls.end(seen))

    def _report(self, stall: Stall | None) -> None:
        if stall:
            self._effects.append(stall)
