"""How far a player is ahead of the room, estimated from reports that scatter. Pure.

A player reports the frame that it shows next, so that its reports lie anywhere within a frame: the middle of their
range is half a frame ahead of the sound, however unevenly they are spread. A busy machine answers late now and then, so
the outermost reports do not count.

Clients ask their players every 0.1 s, and at 25 frames a second that meets the same two moments of a frame for as long
as the speed is constant. While the player is slowed down it meets all of them. So reports from before, during and after
a slow-down are kept together: the time that it has taken off is added to each, and subtracted from the estimate.
"""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Iterable

KEPT = 16
ENOUGH = 4
FULL = 8  # a State a second suffices to keep an estimate from so many reports
JUMP_S = 0.1  # two reports in a row so far from the others: the player has moved without a word
OUTERMOST = 8
NORMAL_MAD = 1.48  # standard deviations of a normal distribution in its median absolute deviation


class PositionError:
    def __init__(self) -> None:
        self._errors: deque[float] = deque(maxlen=KEPT)

    def __len__(self) -> int:
        return len(self._errors)

    @property
    def known(self) -> bool:
        return len(self._errors) >= ENOUGH

    @property
    def well_known(self) -> bool:
        return len(self._errors) >= FULL

    def add(self, error_s: float, taken_off_s: float = 0.0) -> None:
        """`taken_off_s`: by how much slow-downs have moved the player back until now."""
        comparable_s = error_s + taken_off_s
        self._errors.append(comparable_s)
        if len(self._errors) > ENOUGH and self._has_jumped():
            self.keep_last(2)

    def _has_jumped(self) -> bool:
        *before, last_but_one, last = self._errors
        middle_s = statistics.median(before)
        far = (last - middle_s, last_but_one - middle_s)
        return min(far) > self._jump_s(before) or max(far) < -self._jump_s(before)

    @staticmethod
    def _jump_s(before: list[float]) -> float:
        return max(JUMP_S, 3 * scatter_s(before))

    def keep_last(self, count: int) -> None:
        self._errors = deque(list(self._errors)[-count:] if count else [], maxlen=KEPT)

    def clear(self) -> None:
        self._errors.clear()

    def ahead_s(self, taken_off_s: float = 0.0) -> float:
        """Return the seconds by which the player is ahead of the room, negative if it is behind; 0 without reports."""
        return middle(self._errors) - taken_off_s if self._errors else 0.0

    @property
    def uncertainty_s(self) -> float:
        """The standard error of the estimate."""
        return scatter_s(self._errors) / math.sqrt(len(self._errors)) if self._errors else 0.0


def middle(values: Iterable[float]) -> float:
    """Return the middle of the range, without the lowest and the highest eighth."""
    ranked = sorted(values)
    cut = len(ranked) // OUTERMOST
    return (ranked[cut] + ranked[-1 - cut]) / 2


def scatter_s(errors: Iterable[float]) -> float:
    """Return the standard deviation, estimated so that single late answers do not matter."""
    known = list(errors)
    if len(known) < 2:
        return 0.0
    middle_s = statistics.median(known)
    return NORMAL_MAD * statistics.median(abs(each - middle_s) for each in known)
