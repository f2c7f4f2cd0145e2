"""How long messages take to a client and back, by the stamps that it returns. Pure."""

from __future__ import annotations

from collections import OrderedDict, deque

STAMPS_KEPT = 64
ROUND_TRIPS_KEPT = 40


class ConnectionDelay:
    """Each State carries a stamp of its own, so that each answer is known to belong to one State."""

    def __init__(self) -> None:
        self._sent: OrderedDict[float, float] = OrderedDict()
        self._last_stamp = 0.0
        self._round_trips: deque[float] = deque(maxlen=ROUND_TRIPS_KEPT)

    @property
    def one_way_s(self) -> float:
        """Half of the shortest round trip; 0 until one is known."""
        return min(self._round_trips) / 2 if self._round_trips else 0.0

    @property
    def round_trip_s(self) -> float:
        """The last round trip."""
        return self._round_trips[-1] if self._round_trips else 0.0

    def stamp(self, now_s: float) -> float:
        """Return the stamp of a State that is sent now."""
        self._last_stamp = max(round(now_s, 6), round(self._last_stamp + 1e-6, 6))
        self._sent[self._last_stamp] = now_s
        while len(self._sent) > STAMPS_KEPT:
            self._sent.popitem(last=False)
        return self._last_stamp

    def returned(self, stamp: float | None, now_s: float) -> float | None:
        """Return the round trip that a returned stamp ends; None for a stamp that was not sent, or returned before."""
        sent_s = None if stamp is None else self._sent.pop(stamp, None)
        if sent_s is None:
            return None
        self._round_trips.append(max(0.0, now_s - sent_s))
        return self._round_trips[-1]
