"""How long a player shows a frame, learned from the positions at which it stands: each is that of a frame. Pure."""

from __future__ import annotations

from collections import deque

# A frame of films and broadcasts, the longest first: positions that fit a long one fit its half, too.
FRAMES_S = (1.001 / 24, 1 / 24, 1 / 25, 1.001 / 30, 1 / 30, 1 / 50, 1.001 / 60, 1 / 60)
EXACT_S = 0.0011  # some files round positions to milliseconds
STANDS = 8
ENOUGH = 2
SAME_S = 0.005


class FrameRate:
    def __init__(self) -> None:
        self._stands: deque[float] = deque(maxlen=STANDS)

    def stands_at(self, position_s: float) -> None:
        if all(abs(each - position_s) > SAME_S for each in self._stands):
            self._stands.append(position_s)

    @property
    def frame_s(self) -> float | None:
        """None until it is known, and for files with frames of several lengths."""
        first_s, *others_s = self._stands or (0.0,)
        if len(others_s) < ENOUGH:
            return None
        return next((each for each in FRAMES_S if all(_fits(o - first_s, each) for o in others_s)), None)

    def lands_s(self, position_s: float) -> float | None:
        """Return where the frame begins that is nearest to a position; None if that is not known."""
        frame_s = self.frame_s
        if frame_s is None:
            return None
        first_s = self._stands[0]
        return first_s + round((position_s - first_s) / frame_s) * frame_s


def _fits(apart_s: float, frame_s: float) -> bool:
    return abs(apart_s - round(apart_s / frame_s) * frame_s) <= EXACT_S
