from __future__ import annotations

from tests.watchium.telemetry.fixtures import process
from watchium.telemetry.aggregate import Metrics
from watchium.telemetry.history import SECONDS, History, Reading


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
