"""Buckets and boards in Redis, for a house of several processes. Called from threads that may wait, never on the loop.

A deed may hold a room's lock while it asks here, so that every wait is short: 200 ms once, then Redis is left alone
for some seconds and each process counts for itself. What it counted meanwhile is not handed over afterwards: at worst
somebody does twice as much for a moment.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from hashlib import blake2b, sha256
from typing import Any, TypeVar

import redis
from redis.backoff import NoBackoff
from redis.client import Pipeline
from redis.retry import Retry

from watchium.shared_state.store import InMemory, Notes
from watchium.shared_state.token_bucket import Allowance

logger = logging.getLogger(__name__)

BOUND_S = 0.2  # a quiet Redis on the same machine answers within a thousandth of it
PAUSE_S = 5.0
NOTES_MS = 30_000  # ten heartbeats
BOARDS_AT_ONCE = 50  # a millisecond of CPU, for which the loop has to wait

T = TypeVar("T")

# A bucket is one number: when it will be full again. Taking one token puts that off by the time one token takes.
# A key that says more than an empty bucket could was written by a clock far ahead, and counts as an empty one.
_TAKE = """
local now, gap, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full_at = math.min(math.max(tonumber(redis.call('GET', KEYS[1]) or now), now), now + burst * gap)
local wait = full_at + gap - now - burst * gap
if wait > 0.001 then return math.max(1, math.floor(wait + 0.5)) end
redis.call('SET', KEYS[1], string.format('%.3f', full_at + gap), 'PX', math.ceil(full_at + gap - now))
return 0
"""


class InRedis:
    alone = False

    def __init__(
        self, url: str, prefix: str, salt: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`salt` is the same in all processes. `clock`: seconds that only grow."""
        self._prefix = prefix
        self._salt = sha256(salt.encode()).digest()
        self._clock = clock
        self._rests_until_s = 0.0
        self._meanwhile = InMemory()
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=BOUND_S,
            socket_connect_timeout=BOUND_S,
            retry=Retry(NoBackoff(), 0),  # by itself it would try four times, seconds apart
        )
        self._take = self._redis.register_script(_TAKE)

    @property
    def circuit_open(self) -> bool:
        """Whether Redis failed lately and is left alone."""
        return self._clock() < self._rests_until_s

    def wait_ms(self, key: str, allowance: Allowance, now_ms: float) -> int:
        keys, args = [self._bucket(key)], [now_ms, 1000 / allowance.per_s, allowance.burst]
        wait_ms = self._bounded(lambda: self._take(keys, args))
        return self._meanwhile.wait_ms(key, allowance, now_ms) if wait_ms is None else int(wait_ms)

    def post(self, boards: Mapping[str, Notes]) -> None:
        """In batches, so that no other call waits behind thousands of notes."""
        items = list(boards.items())
        for start in range(0, len(items), BOARDS_AT_ONCE):
            self._bounded(lambda batch=items[start : start + BOARDS_AT_ONCE]: self._post(batch))  # type: ignore[misc]

    def exchange(self, board: str, notes: Notes) -> dict[str, bytes]:
        return self._bounded(lambda: self._exchange(board, notes)) or {}

    def _post(self, boards: list[tuple[str, Notes]]) -> list[Any]:
        pipeline = self._redis.pipeline(transaction=False)
        for board, notes in boards:
            self._put(pipeline, board, notes)
        return pipeline.execute()

    def _exchange(self, board: str, notes: Notes) -> dict[str, bytes]:
        pipeline = self._redis.pipeline(transaction=False)
        self._put(pipeline, board, notes)
        pipeline.hgetall(self._key(board))
        found: dict[bytes, bytes] = pipeline.execute()[-1]
        return {name.decode(): note for name, note in found.items()}

    def _put(self, pipeline: Pipeline, board: str, notes: Notes) -> None:
        key = self._key(board)
        up = {name: note for name, note in notes.items() if note is not None}
        down = [name for name, note in notes.items() if note is None]
        if down:
            pipeline.hdel(key, *down)
        if up:
            pipeline.hset(key, mapping=up)
            pipeline.pexpire(key, NOTES_MS)

    def _key(self, board: str) -> str:
        return f"{self._prefix}:board:{board}"

    def _bucket(self, key: str) -> str:
        """Whoever reads Redis learns nobody's address from it."""
        what, _, who = key.partition(":")
        digest = blake2b(who.encode(), digest_size=12, key=self._salt).hexdigest()
        return f"{self._prefix}:spent:{what}:{digest}"

    def _bounded(self, call: Callable[[], T]) -> T | None:
        """None where Redis did not answer, or is left alone because it did not lately."""
        if self.circuit_open:
            return None
        try:
            return call()
        except redis.RedisError as error:
            if not self.circuit_open:  # of many that waited at once, one says so
                logger.warning("Redis did not answer, left alone for %d s: %s", PAUSE_S, error)
            self._rests_until_s = self._clock() + PAUSE_S
            return None
