"""Where the room is at an instant, and what that means for one player. Pure.

`static/js/core/sync/timeline.js` has the same arithmetic; `tests/vectors/timeline.json` tests both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import msgspec

from watchium.protocol.types import TimelineState

EXACT = "exact"
SEAM_MS = 300.0
RESUME_S = 1.0
END_GUARD_S = 0.25
SWITCH_MS = 300.0
SLEW_WITHIN_MS = 400.0
TAIL_S = 1.5


@dataclass(frozen=True, kw_only=True)
class Seen:
    """The player and both clocks, read at one instant. Positions are media time in seconds.

    `moving`: a seek or a load is under way. `starved`: it waits for data. `frame_s`: a seek leads up to so far before
    its aim, to the frame that is shown then.
    """

    now_ms: float
    server_ms: float
    locked: bool
    clock_steps: int = 0
    movement_ms: float = 0.0
    position_s: float
    paused: bool
    loaded: bool = True
    moving: bool = False
    starved: bool = False
    ended: bool = False
    duration_s: float | None = None
    ahead_s: float = math.inf
    frame_s: float = 0.0

    @property
    def remaining_s(self) -> float:
        """Media between the player's own position and its end."""
        return math.inf if self.duration_s is None else self.duration_s - self.position_s


def limit_of(timeline: TimelineState) -> float:
    """The last possible position. Media may go on past a duration that is an estimate."""
    exact = (timeline.duration_source or EXACT) == EXACT
    return timeline.duration if exact and timeline.duration is not None else math.inf


def position_at(timeline: TimelineState, server_ms: float) -> float:
    """Media time at a server time. Before its `timestamp` a timeline stands still: a scheduled start."""
    velocity = timeline.rate if timeline.is_playing else 0.0
    elapsed_s = max(0.0, server_ms - timeline.timestamp) / 1000
    return min(max(timeline.current_time + velocity * elapsed_s, 0.0), limit_of(timeline))


def instant_of(timeline: TimelineState, position_s: float) -> float:
    """The server time at which a playing timeline reaches a position; infinity if it stands still."""
    if not timeline.is_playing:
        return math.inf
    return timeline.timestamp + (position_s - timeline.current_time) / timeline.rate * 1000


def until_switch_ms(own: TimelineState | None, next_: TimelineState | None, server_ms: float) -> float:
    """How long the media that play go on before other media are opened, which the room announced before they start."""
    if own is None or next_ is None or not (own.is_playing and next_.is_playing):
        return 0.0
    return max(0.0, next_.timestamp - SWITCH_MS - server_ms)


def shifted(timeline: TimelineState, shift_s: float) -> TimelineState:
    """The timeline for a copy that shows every scene `shift_s` later than the room's media."""
    if not shift_s:
        return timeline
    position_s = timeline.current_time + shift_s
    waits_ms = max(0.0, -position_s) / timeline.rate * 1000 if timeline.is_playing else 0.0
    duration = None if timeline.duration is None else max(0.0, timeline.duration + shift_s)
    return msgspec.structs.replace(
        timeline,
        current_time=max(0.0, position_s),
        timestamp=timeline.timestamp + waits_ms,
        duration=duration,
    )


def _url(timeline: TimelineState) -> str | None:
    return timeline.media.url if timeline.media else None


class SyncTarget:
    """A timeline as the target of one player: where to be, how far off it is, how much is left."""

    def __init__(self, timeline: TimelineState) -> None:
        self.timeline = timeline
        self.rate = timeline.rate

    def position_at(self, server_ms: float) -> float:
        return position_at(self.timeline, server_ms)

    def instant_of(self, position_s: float) -> float:
        return instant_of(self.timeline, position_s)

    def error_ms(self, seen: Seen) -> float:
        """Room time; positive if the player is behind."""
        return -self.drift_ms(seen) / self.rate

    def drift_ms(self, seen: Seen) -> float:
        """Media time; positive if the player is ahead."""
        return 1000 * (seen.position_s - self.position_at(seen.server_ms))

    def is_far(self, seen: Seen) -> bool:
        """Whether the player is too far off to be corrected by its rate."""
        return abs(self.error_ms(seen)) >= SLEW_WITHIN_MS

    def remaining_s(self, seen: Seen) -> float:
        """Media between the room's position and the end."""
        return self._end_s(seen) - self.position_at(seen.server_ms)

    def seek_position(self, seen: Seen, position_s: float) -> float:
        """Where to seek for a position: never quite to the end."""
        return max(0.0, min(position_s, self._end_s(seen) - END_GUARD_S))

    def is_at_end(self, seen: Seen) -> bool:
        """A player that ends a moment early waits for the room there."""
        left_s = self.remaining_s(seen)
        return left_s <= END_GUARD_S or (seen.ended and left_s < TAIL_S)

    def _end_s(self, seen: Seen) -> float:
        own = math.inf if seen.duration_s is None else seen.duration_s
        return min(own, limit_of(self.timeline))

    def flows_into(self, following: TimelineState, server_ms: float) -> bool:
        """Whether this timeline ends just where another starts, as the laps of a loop do."""
        own = self.timeline
        if not (own.is_playing and following.is_playing) or following.rate != own.rate:
            return False
        if _url(following) != _url(own) or own.duration is None:
            return False
        if following.timestamp <= server_ms or own.timestamp > server_ms:
            return False
        return abs(instant_of(own, own.duration) - following.timestamp) <= SEAM_MS

    def is_same_motion(self, other: TimelineState, server_ms: float) -> bool:
        """Whether another timeline describes the same motion, so that nothing has to be done."""
        own = self.timeline
        if (own.is_playing, own.rate, own.phase) != (other.is_playing, other.rate, other.phase):
            return False
        if _url(own) != _url(other):
            return False
        instants = (server_ms, server_ms + 1000)
        return all(abs(position_at(own, ms) - position_at(other, ms)) < 1e-3 for ms in instants)
