"""How long a player takes to start, or to seek: learned from how far ahead it comes out. Pure.

Syncplay's program stops for 0.05 s before a command to its player that follows another one too soon, such as the
question for its position each 0.1 s. Whether it did shows in its answer, which is as late.
"""

from __future__ import annotations

from collections import deque

FIRST_COST_S = 0.02
AHEAD_S = 0.025  # a player that is ahead can be slowed down, one that is behind has to seek
MOST_AHEAD_S = 0.3
FIRST_SPREAD_S = 0.01
SPREAD_GAIN = 0.3
MOST_SPREAD_S = 0.5

# The mean of the first lessons, so that another kind of player shows at once. Later a bad start counts little.
LEAST_GAIN = 0.3
MOST_LEARNED_S = (0.6, 0.2, 0.1, 0.06)  # by the first lessons, and by all others

WAITS_S = 0.05
ANSWERS = 12


class LearnedCost:
    """`cost_s`: from the arrival of the message until the player plays there. `aim_s`: how far ahead to aim.

    Both are those of a command that waits as long as the mean one.
    """

    def __init__(self, most_s: float, first_s: float = FIRST_COST_S, first_answer_s: float = 0.0) -> None:
        self.cost_s = first_s
        self._most_s = most_s
        self._spread_s = FIRST_SPREAD_S
        self._lessons = 0
        self._first_answer_s = first_answer_s
        self._answers: deque[float] = deque(maxlen=ANSWERS)
        self._expected_s = self.aim_s

    @property
    def taught(self) -> bool:
        return self._lessons > 0

    @property
    def spread_s(self) -> float:
        """By how much players come out elsewhere than expected."""
        return self._spread_s

    @property
    def aim_s(self) -> float:
        return min(AHEAD_S + self._spread_s, MOST_AHEAD_S)

    @property
    def expected_s(self) -> float:
        """How far ahead the player is expected to come out."""
        return self._expected_s

    def sent(self, lands_s: float = 0.0) -> None:
        """The message goes out. `lands_s`: how far ahead of the aim a frame begins, at which a seek ends."""
        self._expected_s = self.aim_s + lands_s

    def answered(self, after_s: float) -> None:
        """The client confirmed the change so long after its arrival."""
        self._answers.append(after_s)
        quickest_s = min(self._answers)
        if len(self._answers) == 1:
            quickest_s = min(quickest_s, self._first_answer_s)
        self._expected_s += WAITS_S / 2 if after_s < quickest_s + WAITS_S / 2 else -WAITS_S / 2

    def learn(self, ahead_s: float) -> None:
        """`ahead_s`: where the player was after it was aimed at `aim_s`."""
        missed_s = ahead_s - self._expected_s
        if self.taught:  # the first miss is that of a guess
            self._spread_s += SPREAD_GAIN * (min(abs(missed_s), MOST_SPREAD_S) - self._spread_s)
        gain = max(1 / (self._lessons + 1), LEAST_GAIN)
        most_s = MOST_LEARNED_S[min(self._lessons, len(MOST_LEARNED_S) - 1)]
        self._lessons += 1
        self.cost_s = min(max(self.cost_s - min(max(gain * missed_s, -most_s), most_s), 0.0), self._most_s)
