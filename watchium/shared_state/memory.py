"""The shared store of an instance with a single process."""

from __future__ import annotations

from collections.abc import Mapping

from watchium.shared_state.store import Fields
from watchium.shared_state.token_bucket import Limit, RateLimiter


class MemoryStore:
    """Counts in memory and stores no hashes: the only process that could read them wrote them."""

    single_process = True

    def __init__(self) -> None:
        self._limiter = RateLimiter()

    def wait_ms(self, key: str, limit: Limit, now_ms: float) -> int:
        return self._limiter.wait_ms(key, limit, now_ms)

    def put(self, hashes: Mapping[str, Fields]) -> None:
        pass

    def swap(self, key: str, fields: Fields) -> dict[str, bytes]:
        return {}
