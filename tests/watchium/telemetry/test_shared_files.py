from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from tests.watchium.telemetry.fixtures import page
from watchium.telemetry import shared_files
from watchium.telemetry.aggregate import Metrics
from watchium.telemetry.shared_files import MetricDirectory, acquire, count_processes


def test_each_process_acquires_its_own_file_and_all_can_be_read(tmp_path: Path):
    first, second = acquire(tmp_path), acquire(tmp_path)
    first.write(page(3))
    second.write(page(4))
    found = MetricDirectory(tmp_path).pages()
    assert {number: page.metrics.counters["events"]["play"] for number, page in found.items()} == {0: 3, 1: 4}


def test_the_next_process_continues_the_counters_but_not_the_gauges(tmp_path: Path):
    first = acquire(tmp_path)
    first.write(page(3))
    first.release()
    second = acquire(tmp_path)
    assert second.number == 0
    assert second.before == Metrics(counters={"events": {"play": 3}})


def test_running_processes_are_counted_by_their_locks(tmp_path: Path):
    assert count_processes(tmp_path) == 0
    first, second = acquire(tmp_path), acquire(tmp_path)
    first.write(page(3))
    assert count_processes(tmp_path) == 2
    second.release()
    assert count_processes(tmp_path) == 1
    assert acquire(tmp_path).number == second.number  # counting keeps no lock


def test_a_shorter_page_replaces_a_longer_one(tmp_path: Path):
    file = acquire(tmp_path)
    file.write(page(123_456_789))
    file.write(page(1))
    assert shared_files.read_page(tmp_path / "0").metrics.counters["events"]["play"] == 1


@pytest.mark.parametrize("content", [b"", b"nonsense", b"00000000 5\n{}", b"zz zz\n", b"\xff\xfe\n\x00"])
def test_an_invalid_file_is_ignored(tmp_path: Path, content: bytes):
    (tmp_path / "0").write_bytes(content)
    assert shared_files.read_page(tmp_path / "0") is None
    assert acquire(tmp_path).before == Metrics()


def test_a_half_written_file_keeps_its_previous_page(tmp_path: Path):
    file, directory = acquire(tmp_path), MetricDirectory(tmp_path)
    file.write(page(3))
    directory.pages()
    (tmp_path / "0").write_bytes(b"00000000 400\n{")
    assert directory.pages()[0].metrics.counters["events"]["play"] == 3


def test_an_unusable_folder_gives_no_file(tmp_path: Path):
    (tmp_path / "file").write_text("")
    assert acquire(tmp_path / "file" / "figures") is None


def test_the_number_of_files_is_limited(tmp_path: Path):
    with patch.object(shared_files, "MOST_FILES", 2):
        held = [acquire(tmp_path) for _ in range(3)]
    assert [file.number if file else None for file in held] == [0, 1, None]
