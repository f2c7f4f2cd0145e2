from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from watchium.client.clock import STEP_BEYOND_MS, ServerClock


def exchange(
    clock: ServerClock, now_ms: float, offset_ms: float, up_ms: float, down_ms: float, clock_id="a"
) -> bool:
    server_ms = now_ms + up_ms + offset_ms
    return clock.pong_received(now_ms, server_ms, server_ms, now_ms + up_ms + down_ms, clock_id)


@given(offset_ms=st.floats(-1e9, 1e9), least_ms=st.floats(0, 80), seed=st.integers(0, 10**6))
@settings(max_examples=50, deadline=None)
def test_the_clock_is_off_by_less_than_half_the_fastest_round_trip(
    offset_ms: float, least_ms: float, seed: int
):
    chance, clock, now_ms = random.Random(seed), ServerClock(), 5000.0
    for _ in range(40):
        exchange(
            clock, now_ms, offset_ms, least_ms + chance.expovariate(0.1), least_ms + chance.expovariate(0.1)
        )
        now_ms += 100
        clock.offset_at(now_ms)
    assert clock.locked
    assert clock.estimator.delay_ms is not None
    assert abs(clock.offset_at(now_ms) - offset_ms) <= clock.estimator.delay_ms / 2 + 1


@given(seed=st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_a_settled_clock_does_not_jump(seed: int):
    chance, clock, now_ms = random.Random(seed), ServerClock(), 0.0
    last: float | None = None
    for number in range(120):
        exchange(
            clock, now_ms, 1000.0 + now_ms * 50e-6, 5 + chance.expovariate(0.05), 5 + chance.expovariate(0.05)
        )
        now_ms += 500
        offset_ms = clock.offset_at(now_ms)
        if last is not None and number > 40:
            assert abs(offset_ms - last) < 5
        last = offset_ms
    assert abs(clock.offset_at(now_ms) - (1000 + now_ms * 50e-6)) < 3


def test_another_servers_clock_starts_over():
    clock = ServerClock()
    clock.connected("a", 9000.0, 1000.0)
    assert clock.server_now(1000.0) == 9000.0
    for number in range(6):
        exchange(clock, 1000.0 + number, 8000.0, 1, 1)
    assert clock.locked
    clock.connected("b", 50_000.0, 2000.0)
    assert not clock.locked
    steps = clock.steps
    exchange(clock, 2100.0, 48_000.0, 1, 1, "b")
    assert abs(clock.server_now(2200.0) - 50_200.0) < STEP_BEYOND_MS
    assert clock.steps == steps + 1


def test_impossible_and_stale_exchanges_are_ignored():
    clock = ServerClock()
    assert not clock.pong_received(1000, 5, 4, 1010, "a")
    assert not clock.pong_received(1000, 5, 5, 900, "a")
    assert not clock.pong_received(1000, 5, 5, 9000, "a")
    assert clock.pongs == 0


def test_sleep_discards_what_was_measured():
    clock = ServerClock()
    for number in range(6):
        exchange(clock, 1000.0 + number, 8000.0, 1, 1)
    assert not clock.detect_sleep(50_000.0, 1000.0)
    assert not clock.detect_sleep(60_000.0, 11_000.0)
    assert clock.detect_sleep(99_000.0, 12_000.0)
    assert not clock.locked
