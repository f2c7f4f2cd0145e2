"""Which of two lengths is the better one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playback.domain.duration import (
    ENDED,
    EXACT,
    METADATA,
    PASSED,
    SOURCES,
    TAGS,
    Duration,
    end_of_data,
    is_better,
    is_short,
    replaced,
    settled_s,
)

REPORTED = (METADATA, PASSED, ENDED)
seconds = st.floats(0.5, 7 * 86400)
refuted = st.none() | seconds
durations = st.builds(Duration, seconds, st.sampled_from(SOURCES), refuted)
reports = st.builds(Duration, seconds, st.sampled_from(REPORTED), refuted)


def after(known: Duration | None, said: list[Duration]) -> tuple[Duration | None, int]:
    """What is known after these reports, and how often that changed."""
    changes = 0
    for one in said:
        if is_better(known, one):
            known, changes = replaced(known, one), changes + 1
    return known, changes


@given(st.lists(reports, min_size=1, max_size=6))
def test_players_that_repeat_themselves_change_nothing_in_the_end(said):
    known, changes = after(None, said * 12)
    assert after(known, said)[1] == 0
    assert changes <= 4 * len(said)


@given(st.lists(reports, max_size=200))
def test_no_reports_change_a_length_more_often_than_its_bound(said):
    assert after(None, said)[1] <= 3 * 330  # 5 % each time, from a second to a week, and two kinds of end


@given(reports)
def test_an_exact_length_is_never_replaced(said):
    assert not is_better(Duration(96.0, EXACT), said)


@given(durations, seconds)
def test_a_length_that_was_played_is_not_taken_back(known, passed_s):
    was_there = replaced(known, Duration(passed_s, PASSED))
    assert not is_better(was_there, Duration(passed_s / 2, ENDED))
    assert not is_better(was_there, Duration(passed_s / 2, METADATA))


@given(
    st.none() | durations, st.sampled_from([0.0, -1.0, float("inf"), 8 * 86400.0]), st.sampled_from(SOURCES)
)
def test_what_is_no_length_is_never_better(known, no_length, source):
    assert not is_better(known, Duration(no_length, source))


@given(durations, seconds, st.sampled_from([METADATA, PASSED]))
def test_up_to_what_is_settled_nothing_is_better(known, said_s, source):
    if said_s <= settled_s(known):
        assert not is_better(known, Duration(said_s, source))


def test_the_lengths_of_the_field():
    vbr, xing, ogg = Duration(54.988, TAGS), Duration(10.005, TAGS), Duration(12, TAGS)
    assert not is_better(vbr, Duration(54.5, METADATA))  # nothing that anybody would see
    assert is_better(vbr, Duration(90.02, PASSED))
    assert is_better(xing, Duration(54.88, METADATA))
    assert is_better(Duration(54.88, METADATA), Duration(59.98, ENDED))
    assert is_better(ogg, Duration(18.0, METADATA))
    assert is_better(Duration(18.0, METADATA), Duration(30.0, ENDED))


def test_a_head_that_says_too_much_is_refuted_once_and_not_believed_again():
    head = Duration(300, METADATA)
    ended = replaced(head, Duration(20, ENDED))
    assert ended == Duration(20, ENDED, refuted_s=300)
    assert not is_better(ended, head)
    assert is_better(ended, Duration(40, PASSED))


def test_an_end_refutes_what_its_player_claims_also_before_the_room_knew_a_length():
    end = replaced(None, end_of_data(6, claimed_s=299))
    assert end == Duration(6, ENDED, refuted_s=299)
    assert not is_better(end, Duration(299, METADATA))
    assert end_of_data(6, claimed_s=6.2) == end_of_data(6, claimed_s=None) == Duration(6, ENDED)
    assert replaced(Duration(40, METADATA), end_of_data(6, claimed_s=299)).refuted_s == 299
    assert replaced(Duration(299, METADATA), end_of_data(6, claimed_s=40)).refuted_s == 299


def test_a_file_that_has_grown_is_longer():
    ended = replaced(Duration(60, METADATA), Duration(60.02, ENDED))
    assert is_better(ended, Duration(120, METADATA))


def test_an_end_near_the_known_one_needs_no_second_witness():
    assert not is_short(None, 20)
    assert not is_short(Duration(20.5, METADATA), 20)
    assert is_short(Duration(300, METADATA), 20)
