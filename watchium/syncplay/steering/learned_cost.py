"""How long a player takes to start, or to seek: learned from how far ahead it comes out. Pure."""

from __future__ import annotations

FIRST_COST_S = 0.04
AHEAD_S = 0.03  # a player that is ahead can be slowed down, one that is behind has to seek
MOST_AHEAD_S = 0.3
FIRST_SPREAD_S = 0.01
SPREAD_GAIN = 0.3
MOST_SPREAD_S = 0.5

# Another kind of player shows at once: a first lesson that is far off counts in full. Later a bad start counts little.
FAR_S = 0.15
FIRST_LESSON = (1.0, 0.6)  # share of the miss, and the most that it changes
EARLY_LESSON = (0.6, 0.2)
LATER_LESSON = (0.3, 0.06)
EARLY_LESSONS = 3


class LearnedCost:
    """`cost_s`: from the arrival of the message until the player plays there. `aim_s`: how far ahead to aim."""

    def __init__(self, most_s: float, first_s: float = FIRST_COST_S) -> None:
        self.cost_s = first_s
        self._most_s = most_s
        self._spread_s = FIRST_SPREAD_S
        self._lessons = 0

    @property
    def spread_s(self) -> float:
        """By how much players come out elsewhere than aimed."""
        return self._spread_s

    @property
    def aim_s(self) -> float:
        return min(AHEAD_S + self._spread_s, MOST_AHEAD_S)

    def learn(self, ahead_s: float) -> None:
        """`ahead_s`: where the player was after it was aimed at `aim_s`."""
        missed_s = ahead_s - self.aim_s
        self._spread_s += SPREAD_GAIN * (min(abs(missed_s), MOST_SPREAD_S) - self._spread_s)
        self._lessons += 1
        gain, most_s = self._lesson(missed_s)
        self.cost_s = min(max(self.cost_s - min(max(gain * missed_s, -most_s), most_s), 0.0), self._most_s)

    def _lesson(self, missed_s: float) -> tuple[float, float]:
        if self._lessons == 1 and abs(missed_s) > FAR_S:
            return FIRST_LESSON
        return EARLY_LESSON if self._lessons <= EARLY_LESSONS else LATER_LESSON
