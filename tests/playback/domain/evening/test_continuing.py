from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playback.domain.evening.continuing import BARELY_BEGUN_S, CREDITS_S, continue_at

positions = st.floats(0, 100_000)
lengths = st.floats(0.1, 100_000)


def test_a_film_is_continued_before_its_credits_only():
    film = 7200.0
    assert continue_at(2467.0, film) == 2467.0
    assert continue_at(film - 200, film) is None
    assert continue_at(2.0, film) is None
    assert continue_at(55.0, 58.0) is None


@given(positions)
def test_media_of_unknown_length_are_continued_wherever_they_were_left(position):
    assert continue_at(position, None) == (position if position >= BARELY_BEGUN_S else None)


@given(positions, lengths)
def test_what_is_continued_has_something_left_to_play(position, length):
    resumed = continue_at(position, length)
    assert resumed is None or (resumed == position and position <= length - CREDITS_S)
