"""The arithmetic of the benchmark with real clients of Syncplay."""

from __future__ import annotations

import pytest

from playback.domain.timeline import PAUSED, Timeline
from tests.bench.syncplay.figures import Errors, apart_ms, changes_of, p50_p95, settled_after_s, stalls
from tests.bench.syncplay.mpv import Sample

STANDS = Timeline(phase=PAUSED, at_ms=100_000.0, revision=1)
PLAYS = STANDS.played(at_ms=102_000.0)
SEEKS = PLAYS.sought(at_ms=106_000.0, position_s=50.0)
ROOM = [STANDS, PLAYS, PLAYS.unmoved(), SEEKS]


def sampled(*positions: tuple[float, float, bool]) -> Errors:
    samples = [Sample(at_s - 7.0, position_s, paused, 0, 0) for at_s, position_s, paused in positions]
    return Errors.of(ROOM, samples, lambda at_s: at_s + 7.0)


def test_until_its_instant_a_change_leaves_players_as_they_were():
    errors = sampled(
        (99.0, 0.0, True), (101.9, 0.0, True), (105.9, 3.91, False), (106.1, 50.07, False)
    ).errors
    assert [round(each.error_s, 3) for each in errors] == [0.0, 0.01, -0.03]
    assert [each.change for each in errors] == ["other", "start", "seek"]
    assert [round(each.since_s, 1) for each in errors] == [1.9, 3.9, 0.1]


def test_changes_elsewhere_are_none():
    assert [change for _, change in changes_of(ROOM)] == ["other", "start", "seek"]
    assert changes_of([*ROOM, SEEKS.paused(at_ms=110_000.0)])[-1][1] == "stop"


def test_errors_after_a_kind_of_change():
    errors = sampled((103.5, 1.54, False), (105.0, 2.98, False), (107.5, 51.6, False))
    assert errors.after("start", 1.0, 2.0) == pytest.approx([40.0])
    assert errors.after("start", 1.0, 9.0) == pytest.approx([40.0, 20.0])
    assert errors.after("seek", 1.0, 2.0) == pytest.approx([100.0])
    assert errors.playing_ms() == pytest.approx([40.0, -20.0, 100.0])
    assert settled_after_s(errors.errors, 0.03) == pytest.approx(1.5)


def test_players_are_compared_at_the_same_instants():
    one = sampled((103.0, 1.01, False), (104.0, 2.01, False), (105.0, 3.0, False))
    other = sampled((103.1, 1.08, False), (104.05, 2.05, False), (105.5, 3.5, False))
    assert apart_ms(one, other) == pytest.approx([30.0, 10.0])


def test_a_stall_of_the_machine_is_one_that_both_players_have():
    one = sampled((103.5, 1.5, False), (103.7, 1.6, False), (104.5, 2.4, False), (104.7, 2.5, False))
    other = sampled((103.5, 1.5, False), (103.7, 1.65, False), (104.5, 2.45, False), (104.7, 2.65, False))
    assert stalls(one, other) == 1


def test_figures_are_written_as_median_and_95th_percentile():
    assert p50_p95([-10.0] * 99 + [200.0]) == "10/10"
    assert p50_p95([]) == "-"
