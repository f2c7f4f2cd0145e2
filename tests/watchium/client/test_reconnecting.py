from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from watchium.client.reconnecting import Backoff, PingSchedule, is_final


@given(chance=st.floats(0, 1, exclude_max=True), spread_ms=st.floats(0, 60_000))
def test_waits_are_spread_first_and_grow_to_ten_seconds(chance: float, spread_ms: float):
    backoff = Backoff(lambda: chance)
    backoff.connected(spread_ms)
    waits = [backoff.next_s() for _ in range(9)]
    longest = [spread_ms / 1000, *(max(spread_ms / 1000, least) for least in (1, 2, 4, 8, 10, 10, 10, 10))]
    assert waits == [chance * each for each in longest]
    backoff.connected(spread_ms)
    assert backoff.next_s() == waits[0]


def test_a_new_clock_is_measured_quickly_and_then_seldom():
    schedule = PingSchedule(clock_known=False)
    waits = [schedule.next_s(playing=True) for _ in range(31)]
    assert waits[:9] == [0.08] * 9
    assert waits[9:29] == [0.5] * 20
    assert waits[29:] == [4.0, 4.0]
    assert schedule.next_s(playing=False) == 15.0
    schedule.burst()
    assert schedule.next_s(playing=True) == 0.08


def test_some_close_codes_are_for_good():
    assert [is_final(code) for code in (None, 1006, 4012, 4501, 4503)] == [False, False, False, True, True]
