from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.syncplay.steering.position_error import ENOUGH, FULL, PositionError


def filled(errors_s: list[float]) -> PositionError:
    error = PositionError()
    for each in errors_s:
        error.add(each)
    return error


def test_it_is_known_after_some_reports():
    assert not filled([0.1] * (ENOUGH - 1)).known
    assert filled([0.1] * ENOUGH).known
    assert filled([0.1] * FULL).well_known


@given(
    st.floats(-0.5, 0.5), st.floats(0, 0.02), st.permutations([0.0, 0.0, 0.02, 0.02, 0.02, 0.02, 0.02, 0.02])
)
def test_how_often_each_moment_of_a_frame_is_met_does_not_matter(ahead_s, phase_s, met_s):
    error = filled([ahead_s + phase_s + each for each in met_s])
    assert error.ahead_s() == pytest.approx(ahead_s + phase_s + 0.01)


def test_a_late_answer_does_not_count():
    assert filled([0.05] * 8 + [-0.4] + [0.05] * 7).ahead_s() == pytest.approx(0.05)


def test_reports_from_before_and_during_a_slow_down_remain_comparable():
    error = PositionError()
    for number in range(10):
        error.add(0.1 - 0.01 * number, taken_off_s=0.01 * number)
    assert error.ahead_s(0.1) == pytest.approx(0.0)
    assert error.uncertainty_s == pytest.approx(0.0)


@pytest.mark.parametrize("jump_s", [0.6, -0.6])
def test_after_two_reports_from_elsewhere_the_earlier_ones_are_forgotten(jump_s):
    error = filled([0.01, 0.03] * 5)
    error.add(jump_s)
    assert error.known
    error.add(jump_s)
    assert not error.known
    assert error.ahead_s() == pytest.approx(jump_s)


@given(st.lists(st.floats(-1, 1), min_size=1))
def test_the_estimate_lies_between_the_reports(errors_s):
    assert min(errors_s) - 1e-9 <= filled(errors_s).ahead_s() <= max(errors_s) + 1e-9
