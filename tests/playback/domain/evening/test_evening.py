from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from playback.domain.evening.replay import Replay
from playback.domain.evening.stretches import (
    GAP_MS,
    HOUR_MS,
    LONGEST_MS,
    MAX_MEDIA,
    MAX_STRETCHES,
    Change,
    Stretch,
    bounded,
    evenings,
    later_than,
    stretches,
)
from playback.domain.timeline import Timeline

NOW_MS = 1_795_219_200_000.0
FILM, SONG = "film", "song"


@st.composite
def logs(draw) -> tuple[list[Change], float]:
    """What a room did, as its log has it, and the time after it."""
    timeline = Timeline(at_ms=NOW_MS)
    url, at_ms, changes = FILM, NOW_MS, []
    for _ in range(draw(st.integers(0, 12))):
        at_ms += draw(st.sampled_from([0, 300, 20_000, HOUR_MS, 4 * HOUR_MS]))
        act = draw(st.sampled_from(["play", "pause", "seek", "rate", "load", "unmoved", "hold"]))
        match act:
            case "play":
                timeline = timeline.played(at_ms=at_ms + draw(st.sampled_from([0, 250])))
            case "pause":
                timeline = timeline.paused(at_ms=at_ms)
            case "seek":
                timeline = timeline.sought(at_ms=at_ms, position_s=draw(st.floats(0, 900)))
            case "rate":
                timeline = timeline.at_rate(at_ms=at_ms, rate=draw(st.sampled_from([0.5, 1.0, 2.0])))
            case "load":
                url = draw(st.sampled_from([FILM, SONG]))
                timeline = replace(timeline.loaded(at_ms=at_ms), duration_s=1000.0)
            case "hold":
                timeline = timeline.held(at_ms=at_ms)
            case _:
                timeline = timeline.unmoved()
        changes.append(Change(timeline, url))
    return changes, at_ms + draw(st.sampled_from([0, 5000, 5 * HOUR_MS]))


def playing_at(changes: list[Change], at_ms: float) -> tuple[str | None, float] | None:
    """What the log says about an instant: the last change that holds by then."""
    holding = [change for change in changes if change.timeline.at_ms <= at_ms]
    if not holding or not holding[-1].timeline.playing:
        return None
    return holding[-1].url, holding[-1].timeline.position_at(at_ms)


@given(logs())
def test_stretches_are_ordered_and_do_not_overlap(log):
    changes, now_ms = log
    played = stretches(changes, now_ms)
    assert all(stretch.lasts_ms > 0 for stretch in played)
    assert all(before.end_ms <= after.start_ms for before, after in itertools.pairwise(played))
    assert all(stretch.end_ms <= now_ms + 250 for stretch in played)


@given(logs(), st.floats(0, 1))
def test_in_a_stretch_the_log_plays_the_same_at_the_same_position(log, share):
    changes, now_ms = log
    in_order = all(a.timeline.at_ms <= b.timeline.at_ms for a, b in itertools.pairwise(changes))
    for stretch in stretches(changes, now_ms) if in_order else []:
        at_ms = stretch.start_ms + share * stretch.lasts_ms * 0.999
        expected = playing_at(changes, at_ms)
        assert expected is not None
        assert expected[0] == stretch.url
        assert abs(expected[1] - stretch.position_at(at_ms)) < 0.1


@given(logs())
def test_evenings_keep_each_stretch_and_are_apart(log):
    played = stretches(*log)
    found = evenings(played)
    assert [stretch for evening in found for stretch in evening] == played
    assert all(b[0].start_ms - a[-1].end_ms > GAP_MS for a, b in itertools.pairwise(found))
    for evening in found:
        assert all(b.start_ms - a.end_ms <= GAP_MS for a, b in itertools.pairwise(evening))


@given(logs(), st.floats(0, 1))
def test_a_replay_shows_what_the_room_saw(log, share):
    for evening in evenings(stretches(*log)):
        replay = Replay(evening)
        for index, stretch in enumerate(evening):
            at_ms = stretch.start_ms + share * stretch.lasts_ms * 0.999
            moment_s = replay.moment_of(at_ms)
            assert replay.starts_s[index] <= moment_s <= replay.starts_s[index + 1]
            shown_s = stretch.position_s + stretch.rate * (moment_s - replay.starts_s[index])
            assert abs(shown_s - stretch.position_at(at_ms)) < 0.01


@given(logs(), st.lists(st.floats(NOW_MS - HOUR_MS, NOW_MS + 30 * HOUR_MS), min_size=2, max_size=5))
def test_moments_are_in_order_and_inside_the_replay(log, instants):
    for evening in evenings(stretches(*log)):
        replay = Replay(evening)
        moments = [replay.moment_of(at_ms) for at_ms in sorted(instants)]
        assert moments == sorted(moments)
        assert all(0 <= moment <= replay.lasts_s for moment in moments)


@given(logs(), st.floats(0, 1))
def test_what_is_later_than_a_time_is_where_it_was(log, share):
    for evening in evenings(stretches(*log)):
        at_ms = evening[0].start_ms + share * (evening[-1].end_ms - evening[0].start_ms)
        rest = later_than(evening, at_ms)
        assert all(stretch.start_ms >= at_ms for stretch in rest)
        assert rest[1:] == [stretch for stretch in evening if stretch.end_ms > at_ms][1:]
        for stretch in rest:
            (whole,) = [each for each in evening if each.end_ms == stretch.end_ms]
            assert abs(stretch.position_s - whole.position_at(stretch.start_ms)) < 1e-6


@given(logs())
def test_a_replay_has_no_pauses(log):
    for evening in evenings(stretches(*log)):
        replay = Replay(evening)
        assert abs(replay.lasts_s - sum(stretch.lasts_ms for stretch in evening) / 1000) < 1e-6
        for before, after in itertools.pairwise(evening):
            paused_ms = (before.end_ms + after.start_ms) / 2
            assert replay.moment_of(paused_ms) == replay.moment_of(after.start_ms)


def test_worked_examples():
    vectors = json.loads(Path("tests/vectors/replay.json").read_text())
    replay = Replay([Stretch(**fields) for fields in vectors["stretches"]])
    assert replay.lasts_s == vectors["lasts_s"]
    for example in vectors["moments"]:
        assert replay.moment_of(example["at_ms"]) == example["at_s"]


def test_a_stream_that_was_left_on_counts_for_some_hours():
    change = Change(Timeline(0, 1, "playing", NOW_MS), FILM)
    (stretch,) = stretches([change], NOW_MS + 72 * HOUR_MS)
    assert stretch.lasts_ms == LONGEST_MS


def test_an_announced_start_that_is_called_off_never_played():
    film = Timeline(0, 1, "playing", NOW_MS, 1, 60.0)
    announced = Timeline(0, 1, "playing", NOW_MS + 60_000, 2)
    paused = film.paused(at_ms=NOW_MS + 58_000)
    changes = [Change(film, FILM), Change(announced, SONG), Change(paused, FILM)]
    (stretch,) = stretches(changes, NOW_MS + HOUR_MS)
    assert (stretch.url, stretch.lasts_ms) == (FILM, 58_000)


def test_media_end_at_their_length():
    change = Change(Timeline(10, 2, "playing", NOW_MS, 1, 30.0), FILM)
    (stretch,) = stretches([change], NOW_MS + HOUR_MS)
    assert stretch.lasts_ms == 10_000


def test_a_long_evening_is_cut():
    def at(n: int, url: str) -> Stretch:
        return Stretch(url, NOW_MS + n, NOW_MS + n + 1, 0, 1)

    assert len(bounded([at(n, FILM) for n in range(MAX_STRETCHES + 5)])) == MAX_STRETCHES
    many = bounded([at(n, str(n)) for n in range(MAX_MEDIA + 5)])
    assert len({stretch.url for stretch in many}) == MAX_MEDIA
