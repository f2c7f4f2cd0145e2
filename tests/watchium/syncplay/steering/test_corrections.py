"""The costs of starts and seeks, the slow-down, and corrections by seeks."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.domain.timeline import PLAYING, Timeline
from watchium.syncplay.steering.learned_cost import FIRST_COST_S, MOST_AHEAD_S, WAITS_S, LearnedCost
from watchium.syncplay.steering.seek_corrections import FIRST_WAIT_S, MOST_WAIT_S, SeekCorrections
from watchium.syncplay.steering.slow_down import JUMPED_S, LOST_S, SLOWER_BY, TRIES, SlowDown, reaches


@given(st.floats(0.0, 0.8))
def test_a_cost_is_learned(true_s):
    cost = LearnedCost(1.0)
    for _ in range(40):
        cost.sent()
        cost.learn(cost.cost_s + cost.aim_s - true_s)
    assert cost.cost_s == pytest.approx(true_s, abs=0.02)


@given(st.floats(0.0, 0.3), st.floats(0.0, 0.15))
def test_a_command_that_had_to_wait_teaches_as_much_as_another(true_s, answer_s):
    """`true_s`: of a command that does not wait."""
    cost = LearnedCost(1.0, first_answer_s=0.15)
    for waited in (False, True, True, False) * 6:
        cost.sent()
        cost.answered(answer_s + WAITS_S * waited)
        cost.learn(cost.cost_s + cost.aim_s - true_s - WAITS_S * waited)
    assert cost.cost_s == pytest.approx(true_s + WAITS_S / 2, abs=0.02)
    assert cost.spread_s < 0.015
    cost.sent()
    cost.answered(answer_s + WAITS_S)
    assert cost.expected_s == pytest.approx(cost.aim_s - WAITS_S / 2)


def test_a_seek_that_ends_at_a_frame_elsewhere_was_expected_there():
    cost = LearnedCost(1.0)
    cost.sent(lands_s=0.018)
    cost.learn(cost.aim_s + 0.018)
    assert cost.cost_s == pytest.approx(FIRST_COST_S)


@given(st.lists(st.floats(-5, 5)))
def test_a_cost_is_bounded_whatever_happens(ahead_s):
    cost = LearnedCost(1.0)
    for each in ahead_s:
        assert 0 < cost.aim_s <= MOST_AHEAD_S
        cost.sent()
        cost.learn(each)
        assert 0 <= cost.cost_s <= 1.0


def test_one_bad_start_teaches_little_once_a_player_is_known():
    cost = LearnedCost(1.0)
    for _ in range(10):
        cost.sent()
        cost.learn(cost.aim_s)
    assert cost.cost_s == pytest.approx(FIRST_COST_S)
    cost.learn(-0.5)
    assert cost.cost_s < FIRST_COST_S + 0.07


def test_scatter_makes_it_aim_further_ahead():
    cost = LearnedCost(1.0)
    aimed_s = cost.aim_s
    for error_s in (0.1, -0.1) * 5:
        cost.learn(error_s)
    assert cost.aim_s > aimed_s + 0.02


def test_a_slow_down_lasts_as_long_as_it_takes():
    slow_down = SlowDown()
    slow_down.start(0.062, 0.012, 100.0)
    assert slow_down.until_s == pytest.approx(100.0 + (0.05 + LOST_S) / SLOWER_BY)
    assert slow_down.taken_off_s(100.5) == pytest.approx(0.025 - LOST_S)
    assert slow_down.taken_off_s(slow_down.until_s) == pytest.approx(0.05)
    slow_down.end(102.0)
    assert slow_down.taken_off_s(200.0) == 0.0
    assert not slow_down.active


def test_a_client_on_which_it_has_no_effect_is_not_slowed_down_again():
    slow_down = SlowDown()
    for _ in range(TRIES):
        assert slow_down.usable
        slow_down.start(0.1, 0.01, 100.0)
        slow_down.end(102.0)
        assert not slow_down.left(0.1)
    assert not slow_down.usable


def test_one_failure_between_successes_is_forgiven():
    slow_down = SlowDown()
    for left_s in (0.1, 0.1, 0.01) * 3:
        slow_down.start(0.1, 0.01, 100.0)
        slow_down.end(102.0)
        slow_down.left(left_s)
    assert slow_down.usable
    assert JUMPED_S > 0.1


@given(st.lists(st.floats(0.1, 30.0), min_size=1, max_size=200))
def test_corrections_by_seek_become_rare(steps_s):
    corrections, now_s, sought_s = SeekCorrections(), 1000.0, []
    for step_s in steps_s:
        now_s += step_s
        if corrections.may_seek(-0.1, now_s):
            corrections.note(now_s)
            sought_s.append(now_s)
    apart_s = [later - earlier for earlier, later in pairwise(sought_s)]
    assert all(each >= FIRST_WAIT_S for each in apart_s)
    assert all(
        each >= min(FIRST_WAIT_S * 2**number, MOST_WAIT_S) - 1e-6 for number, each in enumerate(apart_s)
    ) or any(each > 60 for each in apart_s)


def test_who_is_far_off_is_put_right_soon():
    corrections = SeekCorrections()
    corrections.note(1000.0)
    assert not corrections.may_seek(-0.1, 1003.0)
    assert corrections.may_seek(-5.0, 1003.0)


def test_at_the_beginning_no_position_is_far_enough_before_the_room():
    starts = Timeline(phase=PLAYING, at_ms=1_000_000.0, duration_s=600.0)
    assert not reaches(starts, 1000.5)
    assert reaches(starts, 1002.0)
