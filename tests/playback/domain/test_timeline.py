from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.domain.duration import ENDED, EXACT, METADATA, SOURCES, Duration
from playback.domain.timeline import OPEN_MS, PHASES, Timeline

VECTORS = Path(__file__).parents[2] / "vectors" / "timeline.json"
NOW_MS = 1_795_219_200_000.0

positions = st.floats(0, 7 * 86400)
rates = st.floats(0.25, 3)
spans_ms = st.floats(0, 3_600_000)
instants_ms = st.floats(NOW_MS - 3_600_000, NOW_MS + 3_600_000)
durations = st.none() | st.floats(0.1, 7 * 86400)


@st.composite
def timelines(draw, phases=PHASES, sources=SOURCES):
    duration_s = draw(durations)
    timeline = Timeline(
        position_s=draw(positions),
        rate=draw(rates),
        phase=draw(st.sampled_from(phases)),
        at_ms=draw(instants_ms),
        revision=draw(st.integers(0, 2**40)),
        duration_s=duration_s,
        duration_source=draw(st.sampled_from(sources)),
    )
    return replace(timeline, position_s=timeline._within(timeline.position_s))


def transitions(at_ms: float, position_s: float):
    return {
        "played": lambda t: t.played(at_ms=at_ms),
        "played there": lambda t: t.played(at_ms=at_ms, position_s=position_s),
        "paused": lambda t: t.paused(at_ms=at_ms),
        "paused there": lambda t: t.paused(at_ms=at_ms, position_s=position_s),
        "sought": lambda t: t.sought(at_ms=at_ms, position_s=position_s),
        "faster": lambda t: t.at_rate(at_ms=at_ms, rate=1.5),
        "held": lambda t: t.held(at_ms=at_ms),
        "released": lambda t: t.released(at_ms=at_ms),
        "loaded": lambda t: t.loaded(at_ms=at_ms, duration=Duration(100, EXACT)),
        "ended": lambda t: t.ended(at_ms=at_ms),
        "lasting": lambda t: t.lasting(Duration(100, METADATA)),
        "unmoved": lambda t: t.unmoved(),
    }


def test_both_languages_agree_on_the_examples():
    for example in json.loads(VECTORS.read_text()):
        given_timeline = dict(example["timeline"])
        phase = "playing" if given_timeline.pop("playing") else "paused"
        timeline = Timeline(phase=phase, **given_timeline)
        assert timeline.position_at(example["now_ms"]) == pytest.approx(example["position_s"], abs=1e-6), (
            example
        )


@given(timelines(), spans_ms, spans_ms)
def test_a_paused_room_stands_still(timeline, until_pause_ms, afterwards_ms):
    held = timeline.paused(at_ms=timeline.at_ms + until_pause_ms)
    assert held.position_at(held.at_ms + afterwards_ms) == held.position_s


@given(timelines(), spans_ms)
def test_before_its_instant_a_room_stands_still(timeline, before_ms):
    assert timeline.position_at(timeline.at_ms - before_ms) == timeline.position_s


@given(timelines(phases=["playing"]), spans_ms, spans_ms)
def test_a_playing_room_moves_by_exactly_its_rate_until_it_ends(timeline, until_ms, span_ms):
    start_ms = timeline.at_ms + until_ms
    moved = timeline.position_at(start_ms + span_ms) - timeline.position_at(start_ms)
    if timeline.estimated or timeline.ends_at_ms is None or start_ms + span_ms <= timeline.ends_at_ms:
        assert moved == pytest.approx(timeline.rate * span_ms / 1000, abs=1e-3)
    else:
        assert 0 <= moved <= timeline.rate * span_ms / 1000 + 1e-3


@given(timelines(phases=["playing"]))
def test_it_is_at_its_end_when_it_ends(timeline):
    if timeline.ends_at_ms is None:
        assert timeline.duration_s is None
    else:
        reached_s = timeline.position_at(timeline.reaches_end_ms)
        assert reached_s == pytest.approx(max(timeline.position_s, timeline.duration_s), abs=1e-3)


@given(timelines(), instants_ms)
def test_no_transition_without_a_position_moves_a_player(timeline, at_ms):
    started = timeline.played(at_ms=at_ms)
    reached = timeline.duration_s is not None and timeline.position_at(at_ms) >= timeline.duration_s
    was_over = reached and (not timeline.estimated or timeline.phase == "ended")
    assert started.position_at(at_ms) == (0 if was_over else timeline.position_at(at_ms))
    for changed in (
        timeline.paused(at_ms=at_ms),
        timeline.at_rate(at_ms=at_ms, rate=2),
        timeline.held(at_ms=at_ms),
        timeline.released(at_ms=at_ms),
        timeline.unmoved(),
    ):
        assert changed.position_at(at_ms) == timeline.position_at(at_ms)


@given(timelines(), instants_ms, positions)
def test_a_given_position_is_clamped_to_the_media(timeline, at_ms, position_s):
    inside_s = min(position_s, timeline.limit_s)
    for changed in (
        timeline.paused(at_ms=at_ms, position_s=position_s),
        timeline.sought(at_ms=at_ms, position_s=position_s),
    ):
        assert changed.position_at(at_ms) == inside_s


@given(timelines(), instants_ms, positions)
def test_every_transition_is_one_revision_later_and_inside_the_media(timeline, at_ms, position_s):
    for name, transition in transitions(at_ms, position_s).items():
        changed = transition(timeline)
        assert changed.revision == timeline.revision + 1, name
        assert 0 <= changed.position_s <= changed.limit_s, name


@given(timelines(), st.lists(st.sampled_from(sorted(transitions(0, 0))), max_size=12), st.randoms())
def test_members_who_keep_the_highest_revision_converge(timeline, names, random):
    changes = [timeline]
    for step, name in enumerate(names):
        changes.append(transitions(NOW_MS + 250 * step, float(step))[name](changes[-1]))
    shuffled = random.sample(changes, len(changes))
    assert max(shuffled, key=lambda change: change.revision) == changes[-1]


@given(timelines(), st.integers(1, 2000))
def test_a_pause_before_a_scheduled_start_keeps_the_start(timeline, lead_ms):
    started = timeline.played(at_ms=NOW_MS + lead_ms)
    assert started.paused(at_ms=NOW_MS).position_s == started.position_s


@given(timelines(phases=["paused"]))
def test_a_new_rate_before_a_scheduled_start_keeps_its_instant(timeline):
    started = timeline.played(at_ms=NOW_MS + 300)
    faster = started.at_rate(at_ms=NOW_MS, rate=2)
    assert (faster.at_ms, faster.position_s, faster.rate) == (started.at_ms, started.position_s, 2)


def test_a_seek_while_playing_continues_playing_and_one_after_the_end_stays_paused():
    playing = Timeline(10, 1, "playing", NOW_MS, 1, 100)
    assert playing.sought(at_ms=NOW_MS, position_s=50).playing
    over = playing.ended(at_ms=playing.ends_at_ms)
    assert over.phase == "ended"
    assert over.sought(at_ms=NOW_MS, position_s=50).phase == "paused"


@given(timelines(), instants_ms, spans_ms, spans_ms)
def test_a_released_wait_continues_from_its_position(timeline, at_ms, waiting_ms, lead_ms):
    held = timeline.held(at_ms=at_ms)
    goes_on = held.released(at_ms=at_ms + waiting_ms + lead_ms)
    assert held.position_at(at_ms + waiting_ms) == goes_on.position_at(at_ms + waiting_ms) == held.position_s


@given(timelines(phases=["paused"]), spans_ms)
def test_a_gated_start_is_the_same_start_standing_still(timeline, lead_ms):
    start = timeline.played(at_ms=NOW_MS + lead_ms)
    gated = start.gated(at_ms=NOW_MS)
    assert (gated.phase, gated.revision) == ("holding", start.revision)
    assert gated.position_at(NOW_MS + lead_ms) == start.position_at(NOW_MS + lead_ms)


def test_playing_at_the_end_starts_again():
    over = Timeline(100, 1, "ended", NOW_MS, 1, 100)
    assert over.played(at_ms=NOW_MS).position_s == 0
    assert over.played(at_ms=NOW_MS, position_s=100).position_s == 0


def test_loaded_media_starts_at_its_beginning_at_the_rooms_rate():
    loaded = Timeline(40, 1.5, "playing", NOW_MS, 1, 100).loaded(
        at_ms=NOW_MS + 5, duration=Duration(7, EXACT)
    )
    assert loaded == Timeline(0, 1.5, "paused", NOW_MS + 5, 2, 7)


@given(timelines(phases=["playing"], sources=[METADATA]), spans_ms)
def test_nothing_is_clamped_to_an_estimate(timeline, past_ms):
    if timeline.duration_s is None:
        return
    past = timeline.reaches_end_ms + past_ms
    assert timeline.position_at(past) == pytest.approx(
        max(timeline.position_s, timeline.duration_s) + timeline.rate * past_ms / 1000, abs=1e-3
    )
    assert timeline.ends_at_ms == timeline.reaches_end_ms + OPEN_MS


@given(timelines(phases=["playing", "paused"], sources=[METADATA]), instants_ms, positions)
def test_an_end_that_was_seen_is_the_end_and_playing_there_starts_again(timeline, at_ms, end_s):
    over = timeline.ended(at_ms=at_ms, duration=Duration(end_s, ENDED))
    assert (over.phase, over.position_s, over.duration_s, over.duration_source) == (
        "ended",
        end_s,
        end_s,
        ENDED,
    )
    assert over.revision == timeline.revision + 1
    assert over.played(at_ms=at_ms).position_s == 0


def test_playing_on_past_an_estimated_end_stays_there():
    paused = Timeline(60, 1, "paused", NOW_MS, 1, 54, METADATA)
    assert paused.played(at_ms=NOW_MS).position_s == 60
    assert paused.played(at_ms=NOW_MS).ended(at_ms=NOW_MS + 9000).position_s == 54


@given(timelines(), instants_ms)
def test_standing_still_for_longer_is_the_same_motion_and_any_other_position_is_not(timeline, at_ms):
    assert timeline.is_same_motion(timeline.unmoved())
    paused = timeline.paused(at_ms=at_ms)
    assert paused.is_same_motion(paused.paused(at_ms=at_ms + 60_000))
    assert not paused.is_same_motion(replace(paused, position_s=paused.position_s + 1))
    assert not paused.is_same_motion(timeline.played(at_ms=at_ms))
    started = timeline.played(at_ms=at_ms)
    assert not started.is_same_motion(replace(started, at_ms=at_ms + 1))
