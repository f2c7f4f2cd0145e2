from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.syncplay.steering.position_error import ENOUGH, FULL, USUAL_FRAME_S, PositionError

MOMENTS_S = [0.0, 0.01, 0.02, 0.03, 0.04]


def filled(errors_s: list[float], frame_s: float = USUAL_FRAME_S) -> PositionError:
    error = PositionError()
    error.frame_s = frame_s
    for number, each in enumerate(errors_s):
        error.add(each, 100.0 + 0.1 * number)
    return error


def reported(ahead_s: float, moments_s: list[float], times: int = 2) -> list[float]:
    return [ahead_s + each for each in moments_s * times]


def test_it_is_known_after_some_reports():
    assert not filled([0.1] * (ENOUGH - 1)).known
    assert filled([0.1] * ENOUGH).known
    assert filled([0.1] * FULL).well_known


@given(st.floats(-0.5, 0.5))
def test_reports_from_all_moments_of_a_frame_leave_little_doubt(ahead_s):
    error = filled(reported(ahead_s, MOMENTS_S))
    assert error.ahead_s == pytest.approx(ahead_s, abs=0.004)
    assert error.uncertainty_s < 0.006


@given(st.floats(0.0, 0.0199), st.permutations([0, 0, 1, 1, 1, 1, 1, 1]))
def test_how_often_each_moment_is_met_does_not_matter(first_s, met):
    error = filled([first_s + 0.02 * each for each in met])
    assert abs(error.ahead_s) < 0.016
    assert abs(error.ahead_s) < 2.2 * error.uncertainty_s + 0.002


@pytest.mark.parametrize("frame_s", [1 / 60, 1 / 30, 1 / 24])
def test_the_frame_rate_decides_how_far_reports_are_ahead(frame_s):
    error = filled(reported(0.05, [share * frame_s for share in (0.1, 0.3, 0.5, 0.7, 0.9)]), frame_s)
    assert error.ahead_s == pytest.approx(0.05, abs=0.004)


def test_a_slow_down_shows_what_a_single_moment_hides():
    error = filled([0.03] * 16, 1 / 30)
    doubt_s = error.uncertainty_s
    error.moved_back(0.015, 0.003)
    for number in range(8):
        error.add(0.03 - 0.015 + 1 / 30, 110.0 + number)  # another frame was due
    assert error.uncertainty_s < 0.7 * doubt_s
    assert error.ahead_s == pytest.approx(0.015, abs=0.004)


def test_what_a_slow_down_takes_off_is_believed_before_the_next_report():
    error = filled(reported(0.1, MOMENTS_S))
    error.moved_back(0.08, 0.005)
    assert error.ahead_s == pytest.approx(0.02, abs=0.005)
    assert error.uncertainty_s > 0.004
    assert not error.known


def test_a_late_answer_does_not_count():
    assert filled([*reported(0.05, MOMENTS_S), -0.4, *reported(0.05, MOMENTS_S)]).ahead_s == pytest.approx(
        0.05, abs=0.004
    )


@pytest.mark.parametrize("jump_s", [0.6, -0.6])
def test_after_two_reports_from_elsewhere_the_earlier_ones_are_forgotten(jump_s):
    error = filled([0.01, 0.03] * 5)
    error.add(jump_s, 102.0)
    assert error.known
    error.add(jump_s, 102.1)
    assert not error.known
    assert error.ahead_s == pytest.approx(jump_s - USUAL_FRAME_S / 2, abs=0.03)


def test_a_small_jump_is_believed_after_some_reports():
    error = filled(reported(0.0, MOMENTS_S))
    for number, each in enumerate(reported(-0.045, MOMENTS_S)):
        error.add(each, 103.0 + number)
    assert error.ahead_s == pytest.approx(-0.045, abs=0.006)


@pytest.mark.parametrize("by_a_second_s", [0.0005, -0.0005])
def test_a_drift_is_followed(by_a_second_s):
    error = filled(reported(0.0, MOMENTS_S))
    for second in range(600):
        error.add(by_a_second_s * second + MOMENTS_S[second % 5], 103.0 + second)
    assert error.ahead_s == pytest.approx(by_a_second_s * 600, abs=0.012)


@given(st.floats(0.05, 0.3))
def test_a_player_whose_reports_scatter_is_known_less_well(scatter_s):
    error = filled([scatter_s * each / 7 for each in (0, 7, 3, 5, 1, 6, 2, 4) * 2])
    assert error.uncertainty_s > 0.1 * scatter_s
    assert abs(error.ahead_s) < scatter_s


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=40))
def test_it_stays_finite_whatever_is_reported(errors_s):
    error = filled(errors_s)
    assert min(errors_s) - 0.2 <= error.ahead_s <= max(errors_s) + 0.2
    assert 0 < error.uncertainty_s < 1
