from __future__ import annotations

import pytest

from watchium.syncplay.steering.connection_delay import STAMPS_KEPT, ConnectionDelay


def test_half_of_the_shortest_round_trip():
    delay = ConnectionDelay()
    assert delay.one_way_s == 0.0
    for now_s, took_s in ((10.0, 0.3), (11.0, 0.1), (12.0, 0.2)):
        assert delay.returned(delay.stamp(now_s), now_s + took_s) == pytest.approx(took_s)
    assert delay.one_way_s == pytest.approx(0.05)
    assert delay.round_trip_s == pytest.approx(0.2)


def test_each_stamp_is_another_and_counts_once():
    delay = ConnectionDelay()
    stamps = [delay.stamp(10.0) for _ in range(5)]
    assert len(set(stamps)) == 5
    assert delay.returned(stamps[2], 10.5) == pytest.approx(0.5)
    assert delay.returned(stamps[2], 10.6) is None
    assert delay.returned(None, 10.6) is None
    assert delay.returned(3.14, 10.6) is None


def test_a_client_that_returns_nothing_costs_no_memory():
    delay = ConnectionDelay()
    stamps = [delay.stamp(10.0 + number) for number in range(10 * STAMPS_KEPT)]
    assert delay.returned(stamps[0], 700.0) is None
    assert delay.returned(stamps[-1], 700.0) is not None
