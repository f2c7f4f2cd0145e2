from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.telemetry import process as here
from watchium.telemetry.aggregate import Figures, Spread, added, lasting, percentile, since
from watchium.telemetry.counters import Histogram, Tally
from watchium.telemetry.history import SECONDS, Course, Look

BOUNDS = (1.0, 2.0, 4.0, 8.0)


def spread_of(values: list[float]) -> Spread:
    told = Histogram(BOUNDS)
    for value in values:
        told.observe(value)
    return Spread(bounds=list(BOUNDS), counts=[*map(float, told.counts)], total=told.total)


def process(events: float = 0, sockets: float = 0, took_ms: list[float] | None = None) -> Figures:
    return Figures(
        counters={"events": {"play": events}},
        gauges={"sockets": {"room": sockets}},
        histograms={"broadcast_ms": spread_of(took_ms or [])},
    )


def test_what_several_processes_counted_is_added_up():
    whole = added([process(3, 10, [0.5]), process(4, 20, [3.0, 100.0])])
    assert whole.counters == {"events": {"play": 7}}
    assert whole.gauges == {"sockets": {"room": 30}}
    assert whole.histograms["broadcast_ms"].counts == [1, 0, 1, 0, 1]
    assert whole.histograms["broadcast_ms"].total == 103.5


def test_adding_changes_none_of_the_parts():
    one = process(3, 10, [0.5])
    added([one, process(4, 20, [3.0])])
    assert one == process(3, 10, [0.5])


def test_a_process_that_is_gone_still_counts_and_holds_nothing_open():
    whole = added([process(3, 10), lasting(process(4, 20))])
    assert whole.counters["events"]["play"] == 7
    assert whole.gauges["sockets"]["room"] == 10


def test_histograms_of_two_versions_are_not_mixed():
    other = Figures(histograms={"broadcast_ms": Spread(bounds=[5.0], counts=[9, 0], total=9)})
    assert added([process(took_ms=[1.0]), other]).histograms["broadcast_ms"].counts == [9, 0]


@given(st.lists(st.floats(0, 7.9), min_size=1, max_size=200), st.floats(0.01, 0.99))
def test_a_percentile_lies_in_the_interval_of_the_value_it_stands_for(values: list[float], share: float):
    found = percentile(spread_of(values), share)
    ranked = sorted(values)
    exact = ranked[min(len(ranked) - 1, int(share * len(ranked) - 1e-9))]
    ends = [0.0, *BOUNDS]
    low = max(end for end in ends if end < exact or end == 0)
    high = min(end for end in ends if end >= exact and end > 0)
    assert low <= found <= high


def test_there_is_no_percentile_of_nothing():
    assert percentile(spread_of([]), 0.5) is None
    assert percentile(None, 0.5) is None


def test_what_came_between_two_looks_is_told_apart_from_what_was_before():
    assert since(spread_of([1, 1, 3]), spread_of([1])).counts == [1, 0, 1, 0, 0]


class House:
    """A course that is looked at every second."""

    def __init__(self) -> None:
        self.course = Course()
        self.second = 0

    def look(self, figures: Figures) -> None:
        self.second += 1
        self.course.add(Look(1000.0 * self.second, 1, figures))

    @property
    def last(self):
        return self.course.samples[-1]


def test_a_second_says_how_many_came_in_it_and_how_long_they_took():
    house = House()
    house.look(process(100, 7, [1.5] * 50))
    house.look(process(103, 8, [1.5] * 50 + [3.0, 3.0, 3.0]))
    assert (house.last.events, house.last.sockets) == (3, 8)
    assert 2 < house.last.p50_ms <= 4


def test_what_is_longer_ago_than_ten_seconds_is_forgotten():
    house = House()
    house.look(process(0))
    house.look(process(100, took_ms=[100.0]))
    for _ in range(9):
        house.look(process(100, took_ms=[100.0]))
        assert house.last.events > 0
    house.look(process(100, took_ms=[100.0]))
    assert (house.last.events, house.last.p50_ms) == (0, None)


def test_where_nothing_was_measured_nothing_is_claimed():
    house = House()
    house.look(Figures())
    house.look(Figures())
    assert (house.last.p50_ms, house.last.p99_ms, house.last.in_step, house.last.lag_ms) == (None,) * 4


def test_in_step_is_the_share_of_the_last_seconds_and_not_of_all_times():
    house = House()
    house.look(Figures(counters={"reports": {"in_step": 1000, "off": 0}}))
    house.look(Figures(counters={"reports": {"in_step": 1001, "off": 3}}))
    assert house.last.in_step == 25


def test_ten_minutes_are_kept_and_no_more():
    house = House()
    for _ in range(SECONDS + 50):
        house.look(Figures())
    assert len(house.course.samples) == SECONDS
    assert len(house.course.after(house.last.at_ms - 3000)) == 3


def test_a_clock_that_stands_divides_by_nothing():
    course = Course()
    for _ in range(3):
        course.add(Look(1000.0, 1, process(3)))
    assert not course.samples


def test_a_tally_counts_by_label_and_hands_out_a_copy():
    tally = Tally()
    tally.count("events", "play")
    tally.count("events", "play", by=2)
    told = tally.counters()
    tally.count("events", "pause")
    assert told == {"events": {"play": 3}}


def test_a_value_on_a_bound_belongs_below_it():
    told = Histogram(BOUNDS)
    told.observe(2.0)
    assert told.counts == [0, 1, 0, 0, 0]


@pytest.mark.parametrize("verdicts", [[True, True, False], []])
def test_reports_are_counted_by_verdict(verdicts: list[bool]):
    tally = Tally()
    tally.judged(verdicts)
    counted = tally.counters().get("reports", {})
    assert counted.get("in_step", 0) == sum(verdicts)
    assert sum(counted.values()) == len(verdicts)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux alone tells")
def test_open_files_are_counted_without_a_look_at_each():
    listed = len(os.listdir("/proc/self/fd")) - 1  # one of them is the look itself
    assert here._open_fds() == listed
    with patch.object(os, "stat", return_value=SimpleNamespace(st_size=0)):  # an older kernel
        assert here._open_fds() == listed + 1
