from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.watchium.telemetry.fixtures import BOUNDS, histogram_of, process
from watchium.telemetry.aggregate import Histogram, Metrics, difference, merged, percentile, without_gauges


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
