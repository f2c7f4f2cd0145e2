"""Token buckets, the arithmetic of rate limits. Pure; time is given."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from msgspec import Struct


@dataclass(frozen=True)
class Limit:
    """`burst` at once, then `per_s` a second."""

    burst: float
    per_s: float


class Bucket(Struct, frozen=True, gc=False):
    """Replaced at each use, so it is not tracked by the garbage collector."""

    tokens: float
    seen_ms: float


def consume(bucket: Bucket | None, limit: Limit, now_ms: float, cost: float = 1.0) -> tuple[Bucket, int]:
    """The bucket with `cost` tokens less and 0, or with its tokens and the milliseconds until there are as many."""
    tokens = limit.burst
    if bucket is not None:
        tokens = min(tokens, bucket.tokens + max(0.0, now_ms - bucket.seen_ms) / 1000 * limit.per_s)
    if tokens >= cost:
        return Bucket(tokens - cost, now_ms), 0
    return Bucket(tokens, now_ms), max(1, round((cost - tokens) / limit.per_s * 1000))


class ConnectionBuckets:
    """The buckets of one socket: few, used on one thread, so neither locked nor bounded."""

    __slots__ = ("_buckets",)

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}

    def wait_ms(self, key: str, limit: Limit, now_ms: float, cost: float = 1.0) -> int:
        """Consume `cost` tokens and return 0, or return the milliseconds until there are as many."""
        self._buckets[key], wait_ms = consume(self._buckets.get(key), limit, now_ms, cost)
        return wait_ms


class RateLimiter:
    """Buckets by key; beyond `keys` the least recently used is dropped, which bounds the memory."""

    def __init__(self, keys: int = 20_000) -> None:
        self.keys = keys
        self._buckets: OrderedDict[object, Bucket] = OrderedDict()
        self._lock = Lock()  # two threads at once would each find a full bucket

    def wait_ms(self, key: object, limit: Limit, now_ms: float) -> int:
        """Consume a token and return 0, or return the milliseconds until the next one."""
        with self._lock:
            self._buckets[key], wait_ms = consume(self._buckets.pop(key, None), limit, now_ms)
            while len(self._buckets) > self.keys:
                self._buckets.popitem(last=False)
            return wait_ms
