from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from tests.watchium.telemetry.fixtures import NOW_MS, page
from watchium.telemetry import process, recorder, shared_files
from watchium.telemetry.aggregate import Metrics
from watchium.telemetry.recorder import Recorder
from watchium.telemetry.shared_files import acquire


def test_the_sum_has_running_processes_and_the_counters_of_ended_ones(tmp_path: Path):
    alive, gone = acquire(tmp_path), acquire(tmp_path)
    alive.write(page(3, NOW_MS))
    gone.write(page(4, NOW_MS - 60_000))
    with patch.object(
        process, "metrics", lambda label, lag_ms=None: Metrics(counters={"events": {"play": 10}})
    ):
        reading = Recorder(tmp_path).read(NOW_MS)
    assert reading.processes == 2
    assert reading.metrics.counters["events"]["play"] == 17
    assert reading.metrics.gauges["sockets"]["room"] == 5


def test_a_process_reads_the_metrics_of_another(tmp_path: Path):
    one, other = Recorder(tmp_path), Recorder(tmp_path)
    one.record(NOW_MS)
    reading = other.read(NOW_MS)
    assert reading.processes == 2
    assert set(reading.metrics.gauges["cpu_seconds"]) == {"0", "1"}


def test_a_full_disk_is_logged_once_and_recording_continues(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    recording = Recorder(tmp_path)
    with patch.object(shared_files.MetricFile, "write", side_effect=OSError("no space left")):
        for second in range(3):
            recording.record(NOW_MS + 1000 * second)
    assert len(recording.history.samples) == 2
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_process_without_sockets_reads_its_own_metrics():
    with patch.object(recorder._state, "recorder", None):
        reading = recorder.current()
    assert reading.processes == 1
    assert reading.metrics.gauges["threads"]
