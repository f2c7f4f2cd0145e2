"""Token buckets: how much of something somebody may do in a while. Pure; time is given."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

from msgspec import Struct


@dataclass(frozen=True)
class Allowance:
    """`burst` at once, then `per_s` a second."""

    burst: float
    per_s: float


class Bucket(Struct, frozen=True, gc=False):
    """There is a new one for each thing somebody does: the garbage collector does not have to know of them."""

    tokens: float
    seen_ms: float


def taken(bucket: Bucket | None, allowance: Allowance, now_ms: float) -> tuple[Bucket, int]:
    """The bucket with one token less and 0, or as it is and how many milliseconds until there is one."""
    tokens = allowance.burst
    if bucket is not None:
        tokens = min(tokens, bucket.tokens + max(0.0, now_ms - bucket.seen_ms) / 1000 * allowance.per_s)
    if tokens >= 1:
        return Bucket(tokens - 1, now_ms), 0
    return Bucket(tokens, now_ms), max(1, round((1 - tokens) / allowance.per_s * 1000))


class ConnectionBuckets:
    """The buckets of one socket: a handful, on one thread. Nothing is locked, nothing forgotten."""

    __slots__ = ("_buckets",)

    def __init__(self) -> None:
        self._buckets: dict[str, Bucket] = {}

    def wait_ms(self, key: str, allowance: Allowance, now_ms: float) -> int:
        """0 and one token taken, or how many milliseconds until there is one."""
        self._buckets[key], wait_ms = taken(self._buckets.get(key), allowance, now_ms)
        return wait_ms


class RateLimiter:
    """Buckets by key, the oldest forgotten beyond `keys`, so that memory stays bounded."""

    def __init__(self, keys: int = 20_000) -> None:
        self.keys = keys
        self._buckets: OrderedDict[object, Bucket] = OrderedDict()
        self._lock = Lock()  # two threads at once would each find a full bucket

    def wait_ms(self, key: object, allowance: Allowance, now_ms: float) -> int:
        """0 and one token taken, or how many milliseconds until there is one."""
        with self._lock:
            self._buckets[key], wait_ms = taken(self._buckets.pop(key, None), allowance, now_ms)
            while len(self._buckets) > self.keys:
                self._buckets.popitem(last=False)
            return wait_ms
