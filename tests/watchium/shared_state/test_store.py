from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis import Redis

from tests.servers import redis_service
from watchium.shared_state.memory import MemoryStore
from watchium.shared_state.redis import CIRCUIT_OPEN_S, RedisStore
from watchium.shared_state.store import Store
from watchium.shared_state.token_bucket import Limit

FIVE = Limit(burst=5, per_s=1)
NOW_MS = 1_795_219_200_000.0


class Clock:
    """Seconds that only a test advances."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with redis_service() as service:
        yield service.url


@pytest.fixture
def prefix() -> str:
    return f"scene-{os.urandom(4).hex()}"


@pytest.fixture
def here(url: str, prefix: str) -> RedisStore:
    return RedisStore(url, prefix)


@pytest.fixture
def there(url: str, prefix: str) -> RedisStore:
    """Another process of the same instance."""
    return RedisStore(url, prefix)


def consume(store: Store, times: int, now_ms: float = NOW_MS, who: str = "comment:bob") -> list[int]:
    return [store.wait_ms(who, FIVE, now_ms) for _ in range(times)]


# ---------------------------------------------------------------- buckets


def test_two_processes_share_one_bucket(here: RedisStore, there: RedisStore):
    assert consume(here, 3) == [0, 0, 0]
    assert consume(there, 3) == [0, 0, 1000]
    assert consume(there, 1, NOW_MS + 1000) == [0]
    assert consume(here, 1, NOW_MS + 1000) == [1000]


def test_each_user_and_each_instance_has_its_own_bucket(here: RedisStore, url: str):
    consume(here, 5)
    assert consume(here, 1, who="comment:carol") == [0]
    assert consume(here, 1, who="reaction:bob") == [0]
    assert consume(RedisStore(url, "another instance"), 1) == [0]


def test_keys_expire_and_contain_no_addresses(here: RedisStore, url: str, prefix: str):
    assert consume(here, 2, who="join:192.0.2.7") == [0, 0]
    (key,) = Redis.from_url(url).scan_iter(f"{prefix}:*")
    assert b"192.0.2" not in key
    assert 0 < Redis.from_url(url).pttl(key) <= 2000  # type: ignore[operator]


def test_a_clock_that_is_ahead_does_not_block_a_user_for_long(here: RedisStore, there: RedisStore):
    consume(here, 1, NOW_MS + 3_600_000)
    assert consume(there, 1) == [1000]


def test_of_fifty_concurrent_calls_five_pass(here: RedisStore):
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _: here.wait_ms("play:bob", FIVE, NOW_MS), range(50)))
    assert waits.count(0) == 5


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    burst=st.integers(1, 20),
    per_s=st.floats(0.05, 50),
    pauses_ms=st.lists(st.floats(0, 5000), min_size=1, max_size=30),
)
def test_redis_counts_like_memory(here: RedisStore, burst: int, per_s: float, pauses_ms: list[float]):
    memory, who, now_ms = MemoryStore(), f"comment:{os.urandom(6).hex()}", NOW_MS
    for pause_ms in pauses_ms:
        now_ms += pause_ms
        waits_ms = [one.wait_ms(who, Limit(burst, per_s), now_ms) for one in (here, memory)]
        assert abs(waits_ms[0] - waits_ms[1]) <= 2


# ---------------------------------------------------------------- hashes


def test_one_process_reads_the_fields_of_another(here: RedisStore, there: RedisStore):
    here.put({"room a": {"alice": b"1", "bob": b"2"}, "room b": {"carol": b"3"}})
    assert there.swap("room a", {"bob": b"4"}) == {"alice": b"1", "bob": b"4"}
    there.put({"room a": {"alice": None}})
    assert here.swap("room a", {}) == {"bob": b"4"}
    assert here.swap("room c", {"bob": None}) == {}


def test_thousands_of_fields_are_stored_and_expire(
    here: RedisStore, there: RedisStore, url: str, prefix: str
):
    here.put({f"room {n}": {"alice": b"x"} for n in range(1000)})
    assert there.swap("room 999", {}) == {"alice": b"x"}
    redis = Redis.from_url(url)
    assert all(0 < redis.pttl(key) <= 30_000 for key in redis.scan_iter(f"{prefix}:board:*", count=2000))  # type: ignore[operator]


def test_a_single_process_stores_no_hashes():
    memory = MemoryStore()
    memory.put({"room a": {"alice": b"1"}})
    assert memory.single_process
    assert memory.swap("room a", {}) == {}


# ---------------------------------------------------------------- without Redis


def test_an_unreachable_redis_opens_the_circuit_for_a_while(prefix: str):
    clock = Clock()
    store = RedisStore("redis://127.0.0.1:9/0", prefix, clock=clock)
    assert consume(store, 6) == [0, 0, 0, 0, 0, 1000]  # each process counts for itself
    assert store.swap("room a", {"alice": b"1"}) == {}
    assert store.circuit_open
    clock.now_s += CIRCUIT_OPEN_S
    assert not store.circuit_open


def test_a_frozen_redis_costs_one_timeout_and_is_used_again_later(
    prefix: str, caplog: pytest.LogCaptureFixture
):
    clock = Clock()
    with redis_service() as service:
        store = RedisStore(service.url, prefix, clock=clock)
        assert consume(store, 1) == [0]
        service.freeze()
        assert consume(store, 6) == [0, 0, 0, 0, 0, 1000]
        service.thaw()
        assert len(caplog.records) == 1  # one timeout, not six
        clock.now_s += CIRCUIT_OPEN_S
        store.put({"room a": {"alice": b"1"}})
        assert store.swap("room a", {}) == {"alice": b"1"}


def test_a_redis_that_restarts_empty_gets_the_script_again(prefix: str):
    clock = Clock()
    with redis_service() as service:
        store = RedisStore(service.url, prefix, clock=clock)
        assert consume(store, 5) == [0] * 5
        service.kill()
        service.start()
        assert consume(store, 5) == [0] * 5  # it lost the counts and the script
        assert not store.circuit_open
