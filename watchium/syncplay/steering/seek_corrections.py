"""How often a seek puts a player right: each is noticed, and more of them do not help a starved player. Pure."""

from __future__ import annotations

FIRST_WAIT_S = 4.0
MOST_WAIT_S = 120.0
CALM_S = 60.0  # after so long without a correction the waits begin again
FAR_S = 1.0  # so far off it is not left
FAR_WAIT_S = 2.0


class SeekCorrections:
    def __init__(self) -> None:
        self.count = 0
        self._last_s = float("-inf")
        self._wait_s = FIRST_WAIT_S

    def may_seek(self, error_s: float, now_s: float) -> bool:
        since_s = now_s - self._last_s
        return since_s >= self._wait_s or (abs(error_s) > FAR_S and since_s >= FAR_WAIT_S)

    def note(self, now_s: float) -> None:
        self.count += 1
        again = now_s < self._last_s + self._wait_s + CALM_S
        self._wait_s = min(self._wait_s * 2, MOST_WAIT_S) if again else FIRST_WAIT_S
        self._last_s = now_s
