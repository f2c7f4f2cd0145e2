from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.shared_state.token_bucket import ConnectionBuckets, Limit, RateLimiter

FIVE = Limit(burst=5, per_s=1)


@pytest.mark.parametrize("kind", [RateLimiter, ConnectionBuckets])
def test_a_burst_passes_and_then_one_call_a_second(kind: type[RateLimiter] | type[ConnectionBuckets]):
    limiter = kind()
    assert [limiter.wait_ms("bob", FIVE, 0) for _ in range(6)] == [0, 0, 0, 0, 0, 1000]
    assert limiter.wait_ms("bob", FIVE, 1000) == 0


@pytest.mark.parametrize("kind", [RateLimiter, ConnectionBuckets])
def test_each_key_has_its_own_bucket(kind: type[RateLimiter] | type[ConnectionBuckets]):
    limiter = kind()
    for _ in range(9):
        limiter.wait_ms("bob", FIVE, 0)
    assert limiter.wait_ms("alice", FIVE, 0) == 0


def test_the_number_of_buckets_is_bounded():
    limiter = RateLimiter(keys=10)
    for key in range(1000):
        limiter.wait_ms(key, FIVE, 0)
    assert len(limiter._buckets) == 10


@given(st.lists(st.floats(0, 5000), min_size=1, max_size=60))
def test_no_more_than_the_burst_and_the_rate_allow_pass(pauses_ms):
    limiter, now_ms, passed = RateLimiter(), 0.0, 0
    for pause_ms in pauses_ms:
        now_ms += pause_ms
        passed += limiter.wait_ms("bob", FIVE, now_ms) == 0
    assert passed <= FIVE.burst + now_ms / 1000 * FIVE.per_s + 1e-6


@given(st.lists(st.floats(0, 3000), max_size=30))
def test_a_call_passes_after_the_returned_wait(pauses_ms):
    limiter, now_ms = RateLimiter(), 0.0
    for pause_ms in pauses_ms:
        now_ms += pause_ms
        if wait_ms := limiter.wait_ms("bob", FIVE, now_ms):
            now_ms += wait_ms + 1
            assert limiter.wait_ms("bob", FIVE, now_ms) == 0
