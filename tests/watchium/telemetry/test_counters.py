from __future__ import annotations

import pytest

from tests.watchium.telemetry.fixtures import BOUNDS
from watchium.telemetry.counters import Counters, HistogramCounter


def test_counters_count_by_label_and_return_a_copy():
    counters = Counters()
    counters.count("events", "play")
    counters.count("events", "play", by=2)
    counted = counters.values()
    counters.count("events", "pause")
    assert counted == {"events": {"play": 3}}


def test_a_value_on_a_bound_counts_below_it():
    counted = HistogramCounter(BOUNDS)
    counted.observe(2.0)
    assert counted.counts == [0, 1, 0, 0, 0]


@pytest.mark.parametrize("evaluations", [[True, True, False], []])
def test_reports_are_counted_by_whether_they_were_in_sync(evaluations: list[bool]):
    counters = Counters()
    counters.record_evaluations(evaluations)
    counted = counters.values().get("reports", {})
    assert counted.get("in_step", 0) == sum(evaluations)
    assert sum(counted.values()) == len(evaluations)
