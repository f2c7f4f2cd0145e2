"""Which of two durations is better."""

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


def after(known: Duration | None, reported: list[Duration]) -> tuple[Duration | None, int]:
    """Return the known duration after these reports, and how often it changed."""
    changes = 0
    for one in reported:
        if is_better(known, one):
            known, changes = replaced(known, one), changes + 1
    return known, changes


@given(st.lists(reports, min_size=1, max_size=6))
def test_players_that_repeat_themselves_change_nothing_in_the_end(reported):
    known, changes = after(None, reported * 12)
    assert after(known, reported)[1] == 0
    assert changes <= 4 * len(reported)


@given(st.lists(reports, max_size=200))
def test_the_number_of_duration_changes_is_bounded(reported):
    assert after(None, reported)[1] <= 3 * 330  # 5 % each time, from a second to a week, and two kinds of end


@given(reports)
def test_an_exact_duration_is_never_replaced(reported):
    assert not is_better(Duration(96.0, EXACT), reported)


@given(durations, seconds)
def test_no_end_is_accepted_before_a_played_position(known, passed_s):
    was_there = replaced(known, Duration(passed_s, PASSED))
    assert not is_better(was_there, Duration(passed_s / 2, ENDED))
    assert not is_better(was_there, Duration(passed_s / 2, METADATA))


@given(
    st.none() | durations, st.sampled_from([0.0, -1.0, float("inf"), 8 * 86400.0]), st.sampled_from(SOURCES)
)
def test_an_invalid_duration_is_never_better(known, no_length, source):
    assert not is_better(known, Duration(no_length, source))


@given(durations, seconds, st.sampled_from([METADATA, PASSED]))
def test_below_the_settled_bound_nothing_is_better(known, said_s, source):
    if said_s <= settled_s(known):
        assert not is_better(known, Duration(said_s, source))


def test_the_bounds_of_the_fields():
    vbr, xing, ogg = Duration(54.988, TAGS), Duration(10.005, TAGS), Duration(12, TAGS)
    assert not is_better(vbr, Duration(54.5, METADATA))  # too little to notice
    assert is_better(vbr, Duration(90.02, PASSED))
    assert is_better(xing, Duration(54.88, METADATA))
    assert is_better(Duration(54.88, METADATA), Duration(59.98, ENDED))
    assert is_better(ogg, Duration(18.0, METADATA))
    assert is_better(Duration(18.0, METADATA), Duration(30.0, ENDED))


def test_a_too_long_duration_in_a_header_is_refuted_once_and_not_accepted_again():
    head = Duration(300, METADATA)
    ended = replaced(head, Duration(20, ENDED))
    assert ended == Duration(20, ENDED, refuted_s=300)
    assert not is_better(ended, head)
    assert is_better(ended, Duration(40, PASSED))


def test_an_end_refutes_its_players_claim_even_before_a_duration_is_known():
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
