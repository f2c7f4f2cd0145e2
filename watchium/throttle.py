"""Token buckets: how much of something somebody may do in a while. Pure; time is given."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True)
class Allowance:
    """`burst` at once, then `per_s` a second."""

    burst: float
    per_s: float


class Throttle:
    """Buckets by key, the oldest forgotten beyond `keys`, so that memory stays bounded."""

    def __init__(self, keys: int = 20_000) -> None:
        self.keys = keys
        self._buckets: OrderedDict[object, tuple[float, float]] = OrderedDict()
        self._lock = Lock()  # two threads at once would each find a full bucket

    def wait_ms(self, key: object, allowance: Allowance, now_ms: float) -> int:
        """0 and one token taken, or how many milliseconds until there is one."""
        with self._lock:
            return self._wait_ms(key, allowance, now_ms)

    def _wait_ms(self, key: object, allowance: Allowance, now_ms: float) -> int:
        tokens, seen_ms = self._buckets.pop(key, (allowance.burst, now_ms))
        tokens = min(allowance.burst, tokens + max(0.0, now_ms - seen_ms) / 1000 * allowance.per_s)
        if tokens >= 1:
            self._put(key, tokens - 1, now_ms)
            return 0
        self._put(key, tokens, now_ms)
        return max(1, round((1 - tokens) / allowance.per_s * 1000))

    def _put(self, key: object, tokens: float, now_ms: float) -> None:
        self._buckets[key] = (tokens, now_ms)
        while len(self._buckets) > self.keys:
            self._buckets.popitem(last=False)
