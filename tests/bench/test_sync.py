"""The arithmetic of the sync benchmark: delays of links, and figures from recordings."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.sync import figures
from tests.bench.sync.network_profiles import PROFILES, Line
from tests.bench.sync.proxy import Head, as_person
from tests.bench.sync.recording import Mark, Recording

instants = st.lists(st.floats(0, 60), min_size=1, max_size=200).map(sorted)


@given(st.sampled_from(list(PROFILES.values())), st.text(), instants)
def test_a_link_keeps_the_order_and_never_reduces_the_delay(profile, seed, entering):
    line = Line(profile.up, seed)
    due = [line.due_s(now_s) for now_s in entering]
    assert due == sorted(due)
    assert all(due_s >= now_s for due_s, now_s in zip(due, entering, strict=True))


@given(st.sampled_from(list(PROFILES.values())), st.text())
def test_a_seed_determines_all_delays(profile, seed):
    one, other = Line(profile.down, seed), Line(profile.down, seed)
    assert [one.delay_ms(s) for s in range(50)] == [other.delay_ms(s) for s in range(50)]


@pytest.mark.parametrize("name", ["P1", "P2", "P3"])
def test_most_frames_have_the_delay_of_the_profile(name):
    way = PROFILES[name].up
    delays = [Line(way, f"{name}/{number}").delay_ms(0) for number in range(400)]
    assert figures.percentile(delays, 0.5) == pytest.approx(way.base_ms, abs=way.jitter_ms)


def test_half_the_asymmetry_is_the_bias():
    assert PROFILES["P3"].bias_ms == 10
    assert PROFILES["P1"].bias_ms == 0


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.floats(0, 1))
def test_a_percentile_lies_between_the_least_and_the_most(values, share):
    assert min(values) <= figures.percentile(values, share) <= max(values)


def test_percentiles():
    assert figures.percentile([3, 1, 2], 0.5) == 2
    assert figures.percentile([0, 10], 0.95) == 9.5
    assert figures.percentile([1, math.inf], 1) == math.inf
    assert math.isnan(figures.percentile([], 0.5))


def recorded(ahead_ms, *, still=0, seconds=40) -> Recording:
    """Two players; `ahead_ms(t)` is how far the first is ahead after t seconds."""
    run = Recording(seed="1", members={"a": "P0", "b": "P1"}, names=["a", "b"])
    run.marks = [Mark(0, "play", due_ms=200, playing=True)]
    run.happened["end"] = seconds * 1000
    for tenth in range(seconds * 10):
        t_s = tenth / 10
        run.rows.append(
            [t_s * 1000, [t_s + ahead_ms(t_s) / 1000, 0, 1.0, None, 4], [t_s, still, 1.0, None, 4]]
        )
    return run


def test_steady_state_begins_fifteen_seconds_after_the_command():
    run = recorded(lambda t_s: 100 if t_s < 14.9 else 3)
    assert figures.steady(figures.symmetric_pairs)(run) == pytest.approx([3] * 250, abs=1e-6)


def test_settling_ends_after_the_last_sample_outside_the_limit():
    run = recorded(lambda t_s: 40 if t_s < 0.5 or 2 <= t_s < 2.95 else 4)
    assert figures.until_within(run, 25) == pytest.approx([3.0])
    assert figures.until_within(run, 3) == [math.inf]


def test_a_player_that_stands_while_another_moves_is_counted():
    assert figures.divergent(recorded(lambda _: 0, still=3)) == [100]
    assert figures.divergent(recorded(lambda _: 0)) == [0]


def test_trims_are_inaudible_and_excursions_audible():
    run = recorded(lambda _: 0, seconds=75)
    run.ops = {"a": [[20_000, "rate", 1.0006], [21_000, "rate", 1.01], [5_000, "rate", 1.05]]}
    assert figures.corrections(run, "rate") == [1, 0]
    assert max(figures.rate_changes(run)) == pytest.approx(1)


def test_a_frame_sends_its_own_identity():
    head = Head("GET /ws/ HTTP/1.1", [("Host", "a:1"), ("Cookie", "b"), ("Origin", "http://a:1"), ("X", "y")])
    asked = as_person(head, "127.0.0.1:9", "secret")
    assert asked.headers == [("X", "y"), ("Host", "127.0.0.1:9"), ("Authorization", "Bearer secret")]
