from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import pytest

from watchium.telemetry import process, recorder, shared_files
from watchium.telemetry.aggregate import Figures
from watchium.telemetry.recorder import Recorder
from watchium.telemetry.shared_files import MetricDirectory, Page, serving, take

NOW_MS = 1_000_000.0


def page(events: float, at_ms: float = NOW_MS) -> Page:
    figures = Figures(counters={"events": {"play": events}}, gauges={"sockets": {"room": 5}})
    return Page(pid=1, at_ms=at_ms, started_ms=0, figures=figures)


def test_each_process_takes_a_file_of_its_own_and_all_can_be_read(tmp_path: Path):
    first, second = take(tmp_path), take(tmp_path)
    first.write(page(3))
    second.write(page(4))
    found = MetricDirectory(tmp_path).pages()
    assert {number: kept.figures.counters["events"]["play"] for number, kept in found.items()} == {0: 3, 1: 4}


def test_whoever_comes_after_goes_on_from_the_counts_and_not_from_what_was_open(tmp_path: Path):
    first = take(tmp_path)
    first.write(page(3))
    first.release()
    second = take(tmp_path)
    assert second.number == 0
    assert second.before == Figures(counters={"events": {"play": 3}})


def test_those_that_run_are_counted_by_what_they_hold(tmp_path: Path):
    assert serving(tmp_path) == 0
    first, second = take(tmp_path), take(tmp_path)
    first.write(page(3))
    assert serving(tmp_path) == 2
    second.release()
    assert serving(tmp_path) == 1
    assert take(tmp_path).number == second.number  # looking keeps nobody out


def test_a_shorter_page_over_a_longer_one_is_whole(tmp_path: Path):
    slot = take(tmp_path)
    slot.write(page(123_456_789))
    slot.write(page(1))
    assert shared_files.read(tmp_path / "0").figures.counters["events"]["play"] == 1


@pytest.mark.parametrize("content", [b"", b"nonsense", b"00000000 5\n{}", b"zz zz\n", b"\xff\xfe\n\x00"])
def test_what_is_no_page_counts_as_nothing(tmp_path: Path, content: bytes):
    (tmp_path / "0").write_bytes(content)
    assert shared_files.read(tmp_path / "0") is None
    assert take(tmp_path).before == Figures()


def test_a_page_that_is_half_written_is_what_it_was(tmp_path: Path):
    slot, shelf = take(tmp_path), MetricDirectory(tmp_path)
    slot.write(page(3))
    shelf.pages()
    (tmp_path / "0").write_bytes(b"00000000 400\n{")
    assert shelf.pages()[0].figures.counters["events"]["play"] == 3


def test_a_folder_that_cannot_be_used_leaves_each_process_with_its_own(tmp_path: Path):
    (tmp_path / "file").write_text("")
    assert take(tmp_path / "file" / "figures") is None


def test_there_are_never_more_files_than_that(tmp_path: Path):
    with patch.object(shared_files, "MOST", 2):
        held = [take(tmp_path) for _ in range(3)]
    assert [slot.number if slot else None for slot in held] == [0, 1, None]


def test_the_sum_has_who_is_alive_and_the_counts_of_who_is_not(tmp_path: Path):
    alive, gone = take(tmp_path), take(tmp_path)
    alive.write(page(3, NOW_MS))
    gone.write(page(4, NOW_MS - 60_000))
    with patch.object(
        process, "figures", lambda label, lag_ms=None: Figures(counters={"events": {"play": 10}})
    ):
        look = Recorder(tmp_path).look(NOW_MS)
    assert look.processes == 2
    assert look.figures.counters["events"]["play"] == 17
    assert look.figures.gauges["sockets"]["room"] == 5


def test_what_a_process_writes_is_read_by_another_as_it_is(tmp_path: Path):
    one, other = Recorder(tmp_path), Recorder(tmp_path)
    one.record(NOW_MS)
    look = other.look(NOW_MS)
    assert look.processes == 2
    assert set(look.figures.gauges["cpu_seconds"]) == {"0", "1"}


def test_a_disk_that_is_full_is_said_once_and_stops_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    watching = Recorder(tmp_path)
    with patch.object(shared_files.MetricFile, "write", side_effect=OSError("no space left")):
        for second in range(3):
            watching.record(NOW_MS + 1000 * second)
    assert len(watching.course.samples) == 2
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_a_process_without_sockets_tells_of_itself():
    with patch.object(recorder, "_recorder", None):
        look = recorder.now()
    assert look.processes == 1
    assert look.figures.gauges["threads"]
