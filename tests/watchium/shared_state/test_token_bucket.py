from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.shared_state.token_bucket import ConnectionBuckets, Limit, RateLimiter

FIVE = Limit(burst=5, per_s=1)


@pytest.mark.parametrize("kind", [RateLimiter, ConnectionBuckets])
def test_a_burst_is_let_through_and_then_one_a_second(kind: type[RateLimiter] | type[ConnectionBuckets]):
    throttle = kind()
    assert [throttle.wait_ms("bob", FIVE, 0) for _ in range(6)] == [0, 0, 0, 0, 0, 1000]
    assert throttle.wait_ms("bob", FIVE, 1000) == 0


@pytest.mark.parametrize("kind", [RateLimiter, ConnectionBuckets])
def test_nobody_waits_for_anybody_else(kind: type[RateLimiter] | type[ConnectionBuckets]):
    throttle = kind()
    for _ in range(9):
        throttle.wait_ms("bob", FIVE, 0)
    assert throttle.wait_ms("alice", FIVE, 0) == 0


def test_memory_is_bounded():
    throttle = RateLimiter(keys=10)
    for key in range(1000):
        throttle.wait_ms(key, FIVE, 0)
    assert len(throttle._buckets) == 10


@given(st.lists(st.floats(0, 5000), min_size=1, max_size=60))
def test_never_more_than_the_burst_and_the_rate_allow(gaps_ms):
    throttle, now_ms, let_through = RateLimiter(), 0.0, 0
    for gap_ms in gaps_ms:
        now_ms += gap_ms
        let_through += throttle.wait_ms("bob", FIVE, now_ms) == 0
    assert let_through <= FIVE.burst + now_ms / 1000 * FIVE.per_s + 1e-6


@given(st.lists(st.floats(0, 3000), max_size=30))
def test_whoever_waits_as_told_is_let_through(gaps_ms):
    throttle, now_ms = RateLimiter(), 0.0
    for gap_ms in gaps_ms:
        now_ms += gap_ms
        if wait_ms := throttle.wait_ms("bob", FIVE, now_ms):
            now_ms += wait_ms + 1
            assert throttle.wait_ms("bob", FIVE, now_ms) == 0
