"""When to connect again and when to ping, as `static/js/core/net/connection_timing.js` has it. Pure."""

from __future__ import annotations

from collections.abc import Callable

FINAL_FROM, FINAL_TO = 4500, 4999  # close codes that mean: do not connect again
FIRST_LATER_S = 1.0
LONGEST_S = 10.0
FIRST_SPREAD_S = 1.0

FIRST_BURST, LATER_BURST = 10, 6
BURST_GAP_S = 0.08
WARM_UP, WARM_UP_S = 20, 0.5
PLAYING_S, PAUSED_S = 4.0, 15.0


def is_final(close_code: int | None) -> bool:
    return close_code is not None and FINAL_FROM <= close_code <= FINAL_TO


class Backoff:
    """The first wait spreads a whole room over the time that the server asked for; later ones grow."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self.failures = 0
        self.spread_s = FIRST_SPREAD_S

    def connected(self, spread_ms: float) -> None:
        self.failures = 0
        self.spread_s = spread_ms / 1000

    def next_s(self) -> float:
        """An attempt failed, or the connection was lost: the wait before the next attempt."""
        self.failures += 1
        later_s = min(FIRST_LATER_S * 2 ** max(0, self.failures - 2), LONGEST_S)
        return self._random() * (self.spread_s if self.failures == 1 else max(self.spread_s, later_s))


class PingSchedule:
    """Bursts while the clock is unknown, then just enough to follow its drift."""

    def __init__(self, *, clock_known: bool) -> None:
        self._burst_left = LATER_BURST if clock_known else FIRST_BURST
        self._warm_up_left = 0 if clock_known else WARM_UP

    def burst(self) -> None:
        self._burst_left = max(self._burst_left, LATER_BURST)

    def next_s(self, *, playing: bool) -> float:
        """How long to wait after a ping."""
        if self._burst_left > 1:
            self._burst_left -= 1
            return BURST_GAP_S
        if self._warm_up_left > 0:
            self._warm_up_left -= 1
            return WARM_UP_S
        return PLAYING_S if playing else PAUSED_S
