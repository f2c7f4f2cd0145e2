from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.syncplay.steering.frame_rate import FRAMES_S, STANDS, FrameRate


def stood(frames: list[int], frame_s: float, digits: int = 6, first_s: float = 0.0) -> FrameRate:
    rate = FrameRate()
    for each in frames:
        rate.stands_at(round(first_s + each * frame_s, digits))
    return rate


@pytest.mark.parametrize("frame_s", FRAMES_S)
@pytest.mark.parametrize("digits", [6, 3])
def test_a_frame_is_learned_from_positions_of_stops(frame_s, digits):
    learned_s = stood([0, 1003, 10_501, 24_307, 33_331], frame_s, digits).frame_s
    assert learned_s == pytest.approx(frame_s)


def test_two_stops_say_too_little():
    assert stood([0, 1003], 1 / 25).frame_s is None
    assert FrameRate().frame_s is None


def test_the_same_stop_counts_once():
    assert stood([0, 1003, 1003, 1003], 1 / 25).frame_s is None


def test_frames_of_several_lengths_are_none():
    rate = FrameRate()
    for position_s in (0.0, 1.003, 2.517, 9.2049):
        rate.stands_at(position_s)
    assert rate.frame_s is None
    assert rate.lands_s(5.0) is None


@given(st.floats(0, 5000), st.floats(0, 10))
def test_a_position_lands_on_the_nearest_frame(position_s, first_s):
    rate = stood([0, 1003, 10_501, 24_307], 1 / 24, 9, first_s)
    lands_s = rate.lands_s(position_s)
    assert lands_s is not None
    assert abs(lands_s - position_s) <= 1 / 48 + 1e-6
    assert (lands_s - first_s) * 24 == pytest.approx(round((lands_s - first_s) * 24), abs=1e-3)


@given(st.lists(st.floats(0, 600_000), max_size=40))
def test_few_stops_are_kept(positions_s):
    rate = FrameRate()
    for each in positions_s:
        rate.stands_at(each)
    assert len(rate._stands) <= STANDS
