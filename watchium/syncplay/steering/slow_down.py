"""The client's own slow-down, switched on and off by the positions that it receives. Pure.

A client plays at 0.95 while it believes that it is more than 1.5 s ahead, and at its usual speed again once it believes
that it is not. It considers nothing but the position in the State, so that a wrong position is a switch, which is used
for exactly as long as the player needs to return to the room. The wrong position is nearer than the four seconds (three
where a person has set it so) at which a client would seek instead.
"""

from __future__ import annotations

SLOWER_BY = 0.05
ON_S = 1.8  # the client believes that it is so far ahead
OFF_S = 0.3  # and here, so far behind
# The part of the error that is left: more of a first, rough estimate, because only a seek puts a player forward again.
FIRST_LEAVES_S, LEAVES_S = 0.012, 0.004
LEAST_EFFECT = 0.4  # a share of the time that was to be taken off
LEAST_JUDGED_S = 0.02  # a smaller effect is lost in the scatter of the reports
TRIES = 3
JUMPED_S = 0.5  # more than a slow-down could have done: this client seeks instead


class SlowDown:
    """`usable`: until the client turns out not to slow down, or not to do so when it is asked."""

    def __init__(self, usable: bool = True) -> None:
        self.usable = usable
        self.count = 0
        self.until_s: float | None = None
        self._began_s = 0.0
        self._taken_off_s = 0.0  # by earlier slow-downs
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
        """Return by how many seconds slow-downs have moved the player back since the last `stop`."""
        if self.until_s is None:
            return self._taken_off_s
        return self._taken_off_s + max(0.0, min(now_s, self.until_s) - self._began_s) * SLOWER_BY

    def start(self, ahead_s: float, now_s: float) -> None:
        """Take off most of `ahead_s`."""
        leaves_s = FIRST_LEAVES_S if self._taken_off_s == 0 else LEAVES_S
        takes_s = max(ahead_s - leaves_s, leaves_s)
        self.count += 1
        self._began_s, self.until_s = now_s, now_s + takes_s / SLOWER_BY
        self._most_left_s = ahead_s - LEAST_EFFECT * takes_s if takes_s >= LEAST_JUDGED_S else None

    def end(self, now_s: float) -> None:
        self._taken_off_s = self.taken_off_s(now_s)
        self.until_s = None

    def stop(self) -> None:
        """The player was moved: nothing is left to take off, and nothing to learn."""
        self._taken_off_s, self.until_s, self._most_left_s = 0.0, None, None

    def left(self, ahead_s: float) -> bool:
        """Note the error after the last slow-down; return whether it had an effect."""
        if self._most_left_s is None:
            return True
        failed = ahead_s > self._most_left_s
        self._most_left_s = None
        self._failed = self._failed + 1 if failed else 0
        self.usable = self.usable and self._failed < TRIES
        return not failed

    def give_up(self) -> None:
        """The client seeks where it should have slowed down."""
        self.usable = False
        self.stop()
