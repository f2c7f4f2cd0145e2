"""Decides what to do about a player's error: nothing, an inaudible trim, one short excursion of the rate, or a seek.

`static/js/core/sync/rate_control.js` has the same rules and says where the numbers come from. An excursion chooses its
rate once and ends where the error crosses zero: it cannot oscillate. It resamples, because time stretching misses its
aim by up to 30 ms. The error is in milliseconds of the room's time; positive means the player is behind. Pure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from enum import StrEnum

from watchium.client.sync.corrections import excursion_for, trim_for
from watchium.client.sync.error_samples import ErrorSamples, StairSamples, clamp
from watchium.client.sync.timeline import SLEW_WITHIN_MS, TAIL_S

SETTLE_MS = 350.0
START_SETTLE_MS = 175.0
LANDING_MS = 50.0
ACQUIRE_MS = 100.0
LOCKED_MS = 250.0
STAIR_MS = 40.0
SPREAD = (math.sqrt(5) - 1) / 2

DEAD_LEAST_MS = 5.0
DEAD_FRESH_MS = 2.5
DEAD_STAIRS_MS, DEAD_STAIRS_FRESH_MS = 8.0, 4.0
STAIRS_FRESH_MS = 6000.0
DEAD_MOST_MS = 60.0
DEAD_PER_MOVEMENT = 2.0

HURRY_MS = 1500.0
CROSSED_MS = 0.3
GIVE_UP = 1.5
WORSE_MS = 30.0
SAMPLE_AT = 0.9
CHECK_EXACT_MS, CHECK_STAIRS_MS = 4.0, 50.0
TRIM_EVERY_MS = 1000.0

SEEK_GAP_MS = 2000.0
RELAXED_MS = 1000.0
THRASH_SEEKS = 3
THRASH_WITHIN_MS = 30_000.0
RELAX_MS = 60_000.0
BUFFER_LEAST_S = 2.0

LAG_MS = 300.0  # mpv: sound that is decoded already plays at the rate of before
LAG_MOST_MS = 1000.0
LAG_GAIN = 0.5
LAG_FROM_U = 0.008  # a smaller excursion says little about it

MISS_MS = 15.0
MISS_SHARE = 0.4
MISSES = 2
WITHOUT_RATES_MS = 600_000.0


class Zone(StrEnum):
    SETTLING = "settling"
    DEAD = "dead"
    SLEW = "slew"
    SEEK = "seek"


@dataclass(frozen=True, kw_only=True)
class PlayerSample:
    """`reliable` is false while the player seeks or waits for data."""

    now_ms: float
    error_ms: float
    room_rate: float
    reliable: bool
    ahead_s: float
    remaining_s: float
    movement_ms: float


@dataclass(frozen=True, kw_only=True)
class Decision:
    """`seek`: to where the room will be after the learned latency. `landed_ms`: the first error after a start or
    seek, by which its latency was wrong."""

    rate: float
    keeps_pitch: bool
    ask_in_ms: float
    zone: Zone
    error_ms: float | None = None
    landed_ms: float | None = None

    @property
    def seek(self) -> bool:
        return self.zone is Zone.SEEK


@dataclass(frozen=True, kw_only=True)
class Excursion:
    u: float
    planned_ms: float
    started_ms: float


class RateControl:
    """`exact`: the player shows the position of its sound, not the time of its last frame.

    `lag_ms`: how much later a rate takes effect than its position shows. A player that is brought to the room would be
    `u * lag_ms` beyond it when the excursion ends; it is learned from each.
    """

    def __init__(self, *, exact: bool = True) -> None:
        self.exact = exact
        self.samples = ErrorSamples() if exact else StairSamples()
        self.excursion: Excursion | None = None
        self.seeks: list[float] = []
        self.excursions = 0
        self.lag_ms = LAG_MS if exact else 0.0
        self._ended_u = 0.0
        self._trim = 0.0
        self._looks = 0
        self._relaxed_until_ms = self._without_rates_until_ms = -math.inf
        self._misses = 0
        self._planned_ms: float | None = None
        self.acquire(0.0, 0.0)

    def acquire(self, now_ms: float, settle_ms: float = SETTLE_MS) -> None:
        """Start over after anything that moved the player: sample it only when it has settled."""
        self.samples.discontinuity()
        self.excursion = None
        self._planned_ms = None
        self._trim, self._trimmed_ms = 0.0, -math.inf
        self._quiet_until_ms = now_ms + settle_ms
        self._landing = True

    def acquire_after_start(self, now_ms: float) -> None:
        self.acquire(now_ms, START_SETTLE_MS if self.exact else SETTLE_MS)

    def degraded(self, now_ms: float) -> bool:
        return now_ms < self._relaxed_until_ms

    def tick(self, sample: PlayerSample) -> Decision:
        decision = self._decide(sample)
        if self.exact:
            return decision
        # intervals that are multiples of a frame would always sample the same point of it
        self._looks += 1
        return replace(decision, ask_in_ms=decision.ask_in_ms + STAIR_MS * (self._looks * SPREAD % 1))

    def _decide(self, sample: PlayerSample) -> Decision:
        if sample.now_ms < self._quiet_until_ms:
            return self._decision(sample, Zone.SETTLING, self._quiet_until_ms - sample.now_ms)
        if not sample.reliable:
            self.acquire(sample.now_ms)  # no excursion may run on unobserved
            return self._decision(sample, Zone.SETTLING, ACQUIRE_MS)
        u = self.excursion.u if self.excursion else self._trim
        sample = replace(sample, error_ms=sample.error_ms - u * self.lag_ms)
        self.samples.add(sample.now_ms, sample.error_ms, u if self.excursion else 0.0)
        if self.excursion:
            return self._continue(sample, self.excursion)
        return self._evaluate(sample)

    def _evaluate(self, sample: PlayerSample) -> Decision:
        if len(self.samples.errors) < self.samples.enough:
            ask_in_ms = LANDING_MS if self._landing else ACQUIRE_MS
            return self._decision(sample, Zone.SETTLING, ask_in_ms)
        error_ms = self.samples.estimate()
        landed_ms = error_ms if self._landing else None
        self._landing = False
        self._verify(error_ms, sample.now_ms)
        return replace(self._correct(sample, error_ms), landed_ms=landed_ms)

    def _correct(self, sample: PlayerSample, error_ms: float) -> Decision:
        size = abs(error_ms)
        if size <= self.dead_zone_ms(sample) or sample.remaining_s < TAIL_S:
            return self._rest(sample, error_ms)
        if size > (RELAXED_MS if self.degraded(sample.now_ms) else SLEW_WITHIN_MS):
            return self._seek(sample, error_ms)
        if sample.now_ms < self._without_rates_until_ms:
            return self._rest(sample, error_ms)
        if error_ms > 0 and sample.ahead_s < BUFFER_LEAST_S:
            return self._rest(sample, error_ms)
        return self._start_excursion(sample, error_ms)

    def dead_zone_ms(self, sample: PlayerSample) -> float:
        noise_ms = self.samples.uncertainty_ms() + DEAD_PER_MOVEMENT * sample.movement_ms
        dead_ms = clamp(noise_ms, self._dead_least_ms(sample.now_ms), DEAD_MOST_MS)
        return dead_ms * (2 if self.degraded(sample.now_ms) else 1)

    def _dead_least_ms(self, now_ms: float) -> float:
        if self.exact:
            return DEAD_FRESH_MS if self._begun_within(HURRY_MS, now_ms) else DEAD_LEAST_MS
        return DEAD_STAIRS_FRESH_MS if self._begun_within(STAIRS_FRESH_MS, now_ms) else DEAD_STAIRS_MS

    def _begun_within(self, within_ms: float, now_ms: float) -> bool:
        return now_ms - self._quiet_until_ms < within_ms

    def _rest(self, sample: PlayerSample, error_ms: float) -> Decision:
        if sample.now_ms - self._trimmed_ms >= TRIM_EVERY_MS and sample.remaining_s >= TAIL_S:
            self._trimmed_ms = sample.now_ms
            self._trim = trim_for(error_ms) if self.exact and sample.room_rate == 1 else 0.0
        acquiring = not self.exact and self._begun_within(STAIRS_FRESH_MS, sample.now_ms)
        return self._decision(sample, Zone.DEAD, ACQUIRE_MS if acquiring else LOCKED_MS, error_ms)

    def _start_excursion(self, sample: PlayerSample, error_ms: float) -> Decision:
        u = excursion_for(error_ms, hurrying=self._begun_within(HURRY_MS, sample.now_ms))
        self.excursion = Excursion(u=u, planned_ms=error_ms, started_ms=sample.now_ms)
        self.excursions += 1
        self._trim = 0.0
        return self._decision(sample, Zone.SLEW, self._next_sample_ms(error_ms, u), error_ms)

    def _continue(self, sample: PlayerSample, excursion: Excursion) -> Decision:
        u, planned_ms = excursion.u, excursion.planned_ms
        error_ms = sample.error_ms if self.exact else self.samples.estimate()
        too_long = sample.now_ms - excursion.started_ms > GIVE_UP * abs(planned_ms) / abs(u)
        starving = u > 0 and sample.ahead_s < BUFFER_LEAST_S / 2
        worse = abs(error_ms) > abs(planned_ms) + WORSE_MS
        ending = sample.remaining_s < TAIL_S
        crossed = error_ms * math.copysign(1, u) <= CROSSED_MS
        if not (crossed or too_long or starving or worse or ending):
            return self._decision(sample, Zone.SLEW, self._next_sample_ms(error_ms, u), error_ms)
        self.excursion = None
        self.samples.discontinuity()
        if not (starving or worse or ending):
            self._planned_ms, self._ended_u = planned_ms, u
        return self._decision(sample, Zone.DEAD, ACQUIRE_MS, error_ms)

    def _verify(self, remaining_ms: float, now_ms: float) -> None:
        """Two excursions without effect: sound that is passed through undecoded plays at one rate only."""
        planned_ms, self._planned_ms = self._planned_ms, None
        if planned_ms is None:
            return
        missed = abs(remaining_ms) > max(MISS_MS, MISS_SHARE * abs(planned_ms))
        if self.exact and not missed and abs(self._ended_u) >= LAG_FROM_U:
            late_ms = LAG_GAIN * remaining_ms / self._ended_u
            self.lag_ms = clamp(self.lag_ms - late_ms, 0.0, LAG_MOST_MS)
        self._misses = self._misses + 1 if missed else 0
        if self._misses >= MISSES:
            self._misses = 0
            self._without_rates_until_ms = now_ms + WITHOUT_RATES_MS

    def _next_sample_ms(self, error_ms: float, u: float) -> float:
        least_ms = CHECK_EXACT_MS if self.exact else CHECK_STAIRS_MS
        return clamp(SAMPLE_AT * abs(error_ms) / abs(u), least_ms, ACQUIRE_MS)

    def _seek(self, sample: PlayerSample, error_ms: float) -> Decision:
        now_ms = sample.now_ms
        if self.seeks and now_ms - self.seeks[-1] < SEEK_GAP_MS:
            return self._rest(sample, error_ms)
        self.seeks = [*(at for at in self.seeks if now_ms - at < THRASH_WITHIN_MS), now_ms]
        if len(self.seeks) >= THRASH_SEEKS:
            self._relaxed_until_ms = now_ms + RELAX_MS
        self.acquire(now_ms)
        return self._decision(sample, Zone.SEEK, SETTLE_MS, error_ms)

    def _decision(
        self, sample: PlayerSample, zone: Zone, ask_in_ms: float, error_ms: float | None = None
    ) -> Decision:
        u = self.excursion.u if self.excursion else self._trim
        return Decision(
            rate=sample.room_rate * (1 + u),
            keeps_pitch=sample.room_rate != 1,
            ask_in_ms=ask_in_ms,
            zone=zone,
            error_ms=error_ms,
        )
