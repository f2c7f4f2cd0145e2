"""A room's position at an instant, and the transition that each command makes. Pure: time is an argument.

`static/js/core/sync/timeline.js` has the same arithmetic; `tests/vectors/timeline.json` tests both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from playback.domain.duration import EXACT, Duration

IDLE = "idle"  # no media was loaded yet
PAUSED = "paused"
PLAYING = "playing"
HOLDING = "holding"  # would play, but waits for members
ENDED = "ended"
PHASES = (IDLE, PAUSED, PLAYING, HOLDING, ENDED)

SLOWEST, FASTEST = 0.25, 3.0
OPEN_MS = 4000.0  # after an estimated end: a heartbeat, and a second for it to arrive


@dataclass(frozen=True)
class Timeline:
    """The room's playback: at `position_s` at server time `at_ms`, and standing still until then.

    `rate` is the room's playback rate, also while it stands still. A transition returns the timeline that applies from
    its `at_ms` on, one revision later; without a position argument it does not move the position at that instant.

    Only an exact `duration_s` bounds the position: media may continue past an estimate.
    """

    position_s: float = 0.0
    rate: float = 1.0
    phase: str = IDLE
    at_ms: float = 0.0
    revision: int = 0
    duration_s: float | None = None
    duration_source: str = EXACT

    @property
    def playing(self) -> bool:
        return self.phase == PLAYING

    @property
    def velocity(self) -> float:
        """Media seconds per second."""
        return self.rate if self.playing else 0.0

    def position_at(self, now_ms: float) -> float:
        """Media time in seconds at server time `now_ms`."""
        return self._within(self.position_s + self.velocity * max(0.0, now_ms - self.at_ms) / 1000)

    @property
    def estimated(self) -> bool:
        return self.duration_s is not None and self.duration_source != EXACT

    @property
    def limit_s(self) -> float:
        """The last possible position."""
        return float("inf") if self.duration_s is None or self.estimated else self.duration_s

    @property
    def reaches_end_ms(self) -> float | None:
        """When playing media reaches its known or estimated end."""
        if not self.playing or self.duration_s is None:
            return None
        return self.at_ms + max(0.0, self.duration_s - self.position_s) / self.rate * 1000

    @property
    def ends_at_ms(self) -> float | None:
        """When the media ends; after an estimated end, players have `OPEN_MS` to report that they continue."""
        reaches_ms = self.reaches_end_ms
        return reaches_ms + OPEN_MS if reaches_ms is not None and self.estimated else reaches_ms

    @property
    def over(self) -> bool:
        return self.duration_s is not None and self.position_s >= self.limit_s

    def is_same_motion(self, other: Timeline) -> bool:
        """Whether both describe the same, whatever their revisions; how long one that stands did so does not matter."""
        at_ms = other.at_ms if self.velocity == other.velocity == 0.0 else self.at_ms
        return replace(self, revision=other.revision, at_ms=at_ms) == other

    def duration_known(self, refuted_s: float | None = None) -> Duration | None:
        if self.duration_s is None:
            return None
        return Duration(self.duration_s, self.duration_source, refuted_s)

    # ------------------------------------------------------------ transitions

    def played(self, *, at_ms: float, position_s: float | None = None) -> Timeline:
        """Playing from `at_ms` on; at the end it starts from the beginning, as a media element does."""
        started = self._held(PLAYING, at_ms, position_s)
        at_the_end = position_s is None and self.phase == ENDED and self.duration_s is not None
        starts_again = started.over or (at_the_end and started.position_s >= (self.duration_s or 0.0))
        return replace(started, position_s=0.0) if starts_again else started

    def paused(self, *, at_ms: float, position_s: float | None = None) -> Timeline:
        """Standing still; before the instant of a scheduled start, at the position where it would have started."""
        return self._held(PAUSED, at_ms, position_s)

    def held(self, *, at_ms: float) -> Timeline:
        """Standing still until a member's player has the data that it lacks."""
        return self._held(HOLDING, at_ms, None)

    def gated(self, *, at_ms: float) -> Timeline:
        """The same start, but standing still from `at_ms` until every player is ready."""
        return replace(self, phase=HOLDING, at_ms=at_ms)

    def released(self, *, at_ms: float) -> Timeline:
        """Playing again after a wait; unlike `played` it stays at the end of media that is over."""
        return self._held(PLAYING, at_ms, None)

    def sought(self, *, at_ms: float, position_s: float) -> Timeline:
        """At another position, and playing there if it was playing or waiting."""
        return self._held(PLAYING if self.phase in (PLAYING, HOLDING) else PAUSED, at_ms, position_s)

    def at_rate(self, *, at_ms: float, rate: float) -> Timeline:
        """At another rate; a scheduled start keeps its instant."""
        return replace(
            self._held(self.phase, max(at_ms, self.at_ms), None), rate=min(max(rate, SLOWEST), FASTEST)
        )

    def loaded(self, *, at_ms: float, duration: Duration | None = None) -> Timeline:
        """Other media, paused at its start; the room keeps its rate."""
        there = replace(self, position_s=0.0, phase=PAUSED, at_ms=at_ms, revision=self.revision + 1)
        return there._with_duration(duration)

    def ended(self, *, at_ms: float, duration: Duration | None = None) -> Timeline:
        """At its end. `duration`: the end became known.

        Without it, an estimated end counts: a seek may have gone beyond it, and a position never played is no end.
        """
        if duration is not None:
            known = self._with_duration(duration)
            return known._held(ENDED, at_ms, duration.seconds)
        if self.estimated and self.duration_s is not None:
            return self._held(ENDED, at_ms, self.duration_s)
        return self._held(ENDED, at_ms, None)

    def lasting(self, duration: Duration) -> Timeline:
        """The same motion with a duration that became known."""
        known = replace(self, revision=self.revision + 1)._with_duration(duration)
        return replace(known, position_s=known._within(known.position_s))

    def _with_duration(self, duration: Duration | None) -> Timeline:
        if duration is None:
            return replace(self, duration_s=None, duration_source=EXACT)
        return replace(self, duration_s=duration.seconds, duration_source=duration.source)

    def unmoved(self) -> Timeline:
        """The same motion one revision later, for changes outside playback."""
        return replace(self, revision=self.revision + 1)

    def _held(self, phase: str, at_ms: float, position_s: float | None) -> Timeline:
        position_s = self.position_at(at_ms) if position_s is None else self._within(position_s)
        return replace(self, position_s=position_s, phase=phase, at_ms=at_ms, revision=self.revision + 1)

    def _within(self, position_s: float) -> float:
        return min(max(position_s, 0.0), self.limit_s)
