"""The shared store in Redis, for an instance with several processes. Called from threads, not on the event loop.

An action may hold a room's lock during a call, so each wait is short: after one timeout of 200 ms Redis is not used for
some seconds and each process counts for itself. Those counts are not added to Redis afterwards: at worst a user gets
twice the limit for a moment.
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

from watchium.shared_state.memory import MemoryStore
from watchium.shared_state.store import Fields
from watchium.shared_state.token_bucket import Limit

logger = logging.getLogger(__name__)

TIMEOUT_S = 0.2  # an idle Redis on the same machine responds within a thousandth of it
CIRCUIT_OPEN_S = 5.0
HASH_TTL_MS = 30_000  # ten heartbeats
HASHES_PER_CALL = 50  # a millisecond of CPU that the event loop waits for

T = TypeVar("T")

# A bucket is one number: the time at which it will be full again. A token moves that time by the interval of one token.
# A time later than an empty bucket allows was written by a clock far ahead; the bucket then counts as empty.
_CONSUME = """
local now, gap, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local full_at = math.min(math.max(tonumber(redis.call('GET', KEYS[1]) or now), now), now + burst * gap)
local wait = full_at + gap - now - burst * gap
if wait > 0.001 then return math.max(1, math.floor(wait + 0.5)) end
redis.call('SET', KEYS[1], string.format('%.3f', full_at + gap), 'PX', math.ceil(full_at + gap - now))
return 0
"""


class RedisStore:
    single_process = False

    def __init__(
        self, url: str, prefix: str, salt: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`salt`: equal in all processes. `clock`: monotonic seconds."""
        self._prefix = prefix
        self._salt = sha256(salt.encode()).digest()
        self._clock = clock
        self._closed_at_s = 0.0
        self._fallback = MemoryStore()
        self._redis = redis.Redis.from_url(
            url,
            socket_timeout=TIMEOUT_S,
            socket_connect_timeout=TIMEOUT_S,
            retry=Retry(NoBackoff(), 0),  # the default is four attempts, seconds apart
        )
        self._consume = self._redis.register_script(_CONSUME)

    @property
    def circuit_open(self) -> bool:
        """Whether Redis failed recently and is not used for now."""
        return self._clock() < self._closed_at_s

    def wait_ms(self, key: str, limit: Limit, now_ms: float) -> int:
        keys, args = [self._bucket_key(key)], [now_ms, 1000 / limit.per_s, limit.burst]
        wait_ms = self._call(lambda: self._consume(keys, args))
        return self._fallback.wait_ms(key, limit, now_ms) if wait_ms is None else int(wait_ms)

    def put(self, hashes: Mapping[str, Fields]) -> None:
        """In batches, so that no other call waits for thousands of fields."""
        items = list(hashes.items())
        for start in range(0, len(items), HASHES_PER_CALL):
            self._call(lambda batch=items[start : start + HASHES_PER_CALL]: self._put(batch))  # type: ignore[misc]

    def swap(self, key: str, fields: Fields) -> dict[str, bytes]:
        return self._call(lambda: self._swap(key, fields)) or {}

    def _put(self, hashes: list[tuple[str, Fields]]) -> list[Any]:
        pipeline = self._redis.pipeline(transaction=False)
        for key, fields in hashes:
            self._set_fields(pipeline, key, fields)
        return pipeline.execute()

    def _swap(self, key: str, fields: Fields) -> dict[str, bytes]:
        pipeline = self._redis.pipeline(transaction=False)
        self._set_fields(pipeline, key, fields)
        pipeline.hgetall(self._hash_key(key))
        found: dict[bytes, bytes] = pipeline.execute()[-1]
        return {name.decode(): value for name, value in found.items()}

    def _set_fields(self, pipeline: Pipeline, key: str, fields: Fields) -> None:
        hash_key = self._hash_key(key)
        values = {name: value for name, value in fields.items() if value is not None}
        deleted = [name for name, value in fields.items() if value is None]
        if deleted:
            pipeline.hdel(hash_key, *deleted)
        if values:
            pipeline.hset(hash_key, mapping=values)
            pipeline.pexpire(hash_key, HASH_TTL_MS)

    def _hash_key(self, key: str) -> str:
        return f"{self._prefix}:board:{key}"

    def _bucket_key(self, key: str) -> str:
        """The Redis key of a bucket; hashed, so that Redis holds no addresses of users."""
        name, _, subject = key.partition(":")
        digest = blake2b(subject.encode(), digest_size=12, key=self._salt).hexdigest()
        return f"{self._prefix}:spent:{name}:{digest}"

    def _call(self, call: Callable[[], T]) -> T | None:
        """The result of the call; None if Redis did not respond or the circuit is open."""
        if self.circuit_open:
            return None
        try:
            return call()
        except redis.RedisError as error:
            if not self.circuit_open:  # only the first of several concurrent calls logs it
                logger.warning("Redis did not respond; not used for %d s: %s", CIRCUIT_OPEN_S, error)
            self._closed_at_s = self._clock() + CIRCUIT_OPEN_S
            return None
