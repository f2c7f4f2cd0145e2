"""The client's own slow-down, switched on and off by the positions that it receives. Pure.

A client plays at 0.95 while it believes that it is more than 1.5 s ahead, and at its usual speed again once it believes
that it is not. It considers nothing but the position in the State, so that a wrong position is a switch, which is used
for as long as the player needs to return to the room. The wrong position is nearer than the four seconds (three where
a person has set it so) at which a client would seek instead.

mpv stretches the sound while it is slowed down; when it begins and ends that, it moves forward by some milliseconds.
"""

from __future__ import annotations

from playback.domain.timeline import Timeline

SLOWER_BY = 0.05
ON_S = 1.8  # the client believes that it is so far ahead
OFF_S = 0.3  # and here, so far behind
LOST_S, LOST_SPREAD_S = (
    0.009,
    0.005,
)  # by so much less than its duration says, it takes off: -5 to 16 ms measured
LEAST_TAKEN_S = 0.004
LEAST_EFFECT = 0.4  # a share of the time that was to be taken off
LEAST_JUDGED_S = (
    0.03  # a smaller effect is lost in the scatter of the reports; those of a while count together
)
TOGETHER_S = 5.0
TRIES = 3
JUMPED_S = 0.5  # more than a slow-down could have done: this client seeks instead


def reaches(timeline: Timeline, now_s: float) -> bool:
    """Whether the room is far enough from the beginning for a position that is `ON_S` before its own."""
    return timeline.position_at(now_s * 1000) > ON_S


class SlowDown:
    """`usable`: until the client turns out not to slow down, or not to do so when it is asked."""

    def __init__(self, usable: bool = True) -> None:
        self.usable = usable
        self.count = 0
        self.until_s: float | None = None
        self._began_s = 0.0
        self._ended_s = float("-inf")
        self._judged_from_s = self._takes_s = 0.0  # the error before, and what was to be taken off since
        self._most_left_s: float | None = (
            None  # of the error if the last one had an effect; None if that is known
        )
        self._failed = 0

    @property
    def active(self) -> bool:
        return self.until_s is not None

    @property
    def expects_effect(self) -> bool:
        """Whether it is unknown what the last slow-down has done."""
        return self._most_left_s is not None and not self.active

    def taken_off_s(self, now_s: float) -> float:
        """Return by how many seconds the player has been moved back since the slow-down began."""
        return 0.0 if self.until_s is None else max(0.0, (now_s - self._began_s) * SLOWER_BY - LOST_S)

    def start(self, ahead_s: float, leaves_s: float, now_s: float) -> None:
        """Take off all of `ahead_s` but `leaves_s`."""
        takes_s = max(ahead_s - leaves_s, LEAST_TAKEN_S)
        self.count += 1
        self._began_s, self.until_s = now_s, now_s + (takes_s + LOST_S) / SLOWER_BY
        if now_s > self._ended_s + TOGETHER_S:
            self._judged_from_s, self._takes_s = ahead_s, 0.0
        self._takes_s += takes_s
        if self._takes_s >= LEAST_JUDGED_S:
            self._most_left_s = self._judged_from_s - LEAST_EFFECT * self._takes_s

    def end(self, now_s: float) -> None:
        self.until_s, self._ended_s = None, now_s

    def stop(self) -> None:
        """The player was moved: nothing is left to take off, and nothing to learn."""
        self.until_s, self._most_left_s, self._ended_s = None, None, float("-inf")

    def left(self, ahead_s: float) -> bool:
        """Note the error after the last slow-down; return whether it had an effect."""
        if self._most_left_s is None:
            return True
        failed = ahead_s > self._most_left_s
        self._most_left_s, self._ended_s = None, float("-inf")
        self._failed = self._failed + 1 if failed else 0
        self.usable = self.usable and self._failed < TRIES
        return not failed

    def give_up(self) -> None:
        """The client seeks where it should have slowed down."""
        self.usable = False
        self.stop()
