from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.telemetry import process as process_module
from watchium.telemetry.aggregate import Histogram, Metrics, difference, merged, percentile, without_gauges
from watchium.telemetry.counters import Counters, HistogramCounter
from watchium.telemetry.history import SECONDS, History, Reading

BOUNDS = (1.0, 2.0, 4.0, 8.0)


def histogram_of(values: list[float]) -> Histogram:
    counted = HistogramCounter(BOUNDS)
    for value in values:
        counted.observe(value)
    return Histogram(bounds=list(BOUNDS), counts=[*map(float, counted.counts)], total=counted.total)


def process(events: float = 0, sockets: float = 0, took_ms: list[float] | None = None) -> Metrics:
    return Metrics(
        counters={"events": {"play": events}},
        gauges={"sockets": {"room": sockets}},
        histograms={"broadcast_ms": histogram_of(took_ms or [])},
    )


def test_metrics_of_several_processes_are_added_up():
    total = merged([process(3, 10, [0.5]), process(4, 20, [3.0, 100.0])])
    assert total.counters == {"events": {"play": 7}}
    assert total.gauges == {"sockets": {"room": 30}}
    assert total.histograms["broadcast_ms"].counts == [1, 0, 1, 0, 1]
    assert total.histograms["broadcast_ms"].total == 103.5


def test_merging_does_not_change_its_arguments():
    one = process(3, 10, [0.5])
    merged([one, process(4, 20, [3.0])])
    assert one == process(3, 10, [0.5])


def test_an_ended_process_keeps_its_counters_and_loses_its_gauges():
    total = merged([process(3, 10), without_gauges(process(4, 20))])
    assert total.counters["events"]["play"] == 7
    assert total.gauges["sockets"]["room"] == 10


def test_histograms_with_different_bounds_are_not_merged():
    other = Metrics(histograms={"broadcast_ms": Histogram(bounds=[5.0], counts=[9, 0], total=9)})
    assert merged([process(took_ms=[1.0]), other]).histograms["broadcast_ms"].counts == [9, 0]


@given(st.lists(st.floats(0, 7.9), min_size=1, max_size=200), st.floats(0.01, 0.99))
def test_a_percentile_lies_in_the_interval_of_the_exact_value(values: list[float], share: float):
    found = percentile(histogram_of(values), share)
    ranked = sorted(values)
    exact = ranked[min(len(ranked) - 1, int(share * len(ranked) - 1e-9))]
    ends = [0.0, *BOUNDS]
    low = max(end for end in ends if end < exact or end == 0)
    high = min(end for end in ends if end >= exact and end > 0)
    assert low <= found <= high


def test_there_is_no_percentile_without_values():
    assert percentile(histogram_of([]), 0.5) is None
    assert percentile(None, 0.5) is None


def test_the_difference_of_two_readings_has_only_the_values_between_them():
    assert difference(histogram_of([1, 1, 3]), histogram_of([1])).counts == [1, 0, 1, 0, 0]


class Recording:
    """A history with one reading a second."""

    def __init__(self) -> None:
        self.history = History()
        self.second = 0

    def read(self, metrics: Metrics) -> None:
        self.second += 1
        self.history.add(Reading(1000.0 * self.second, 1, metrics))

    @property
    def last(self):
        return self.history.samples[-1]


def test_a_sample_has_the_rates_and_percentiles_of_its_second():
    recording = Recording()
    recording.read(process(100, 7, [1.5] * 50))
    recording.read(process(103, 8, [1.5] * 50 + [3.0, 3.0, 3.0]))
    assert (recording.last.events, recording.last.sockets) == (3, 8)
    assert 2 < recording.last.p50_ms <= 4


def test_values_older_than_ten_seconds_leave_the_window():
    recording = Recording()
    recording.read(process(0))
    recording.read(process(100, took_ms=[100.0]))
    for _ in range(9):
        recording.read(process(100, took_ms=[100.0]))
        assert recording.last.events > 0
    recording.read(process(100, took_ms=[100.0]))
    assert (recording.last.events, recording.last.p50_ms) == (0, None)


def test_a_sample_without_measurements_has_none():
    recording = Recording()
    recording.read(Metrics())
    recording.read(Metrics())
    assert (recording.last.p50_ms, recording.last.p99_ms, recording.last.in_step, recording.last.lag_ms) == (
        None,
    ) * 4


def test_in_step_is_the_share_within_the_window():
    recording = Recording()
    recording.read(Metrics(counters={"reports": {"in_step": 1000, "off": 0}}))
    recording.read(Metrics(counters={"reports": {"in_step": 1001, "off": 3}}))
    assert recording.last.in_step == 25


def test_the_history_keeps_ten_minutes():
    recording = Recording()
    for _ in range(SECONDS + 50):
        recording.read(Metrics())
    assert len(recording.history.samples) == SECONDS
    assert len(recording.history.after(recording.last.at_ms - 3000)) == 3


def test_a_stopped_clock_adds_no_sample():
    history = History()
    for _ in range(3):
        history.add(Reading(1000.0, 1, process(3)))
    assert not history.samples


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


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux only")
def test_open_files_are_counted_without_listing_them():
    listed = len(os.listdir("/proc/self/fd")) - 1  # one of them is the listing itself
    assert process_module._open_fds() == listed
    with patch.object(os, "stat", return_value=SimpleNamespace(st_size=0)):  # an older kernel
        assert process_module._open_fds() == listed + 1
