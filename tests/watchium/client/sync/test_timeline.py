from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.watchium.client.sync.simulated_mpv import SERVER_AHEAD_MS, timeline
from watchium.client.sync.timeline import instant_of, position_at, shifted, until_switch_ms

VECTORS = json.loads((Path(__file__).parents[3] / "vectors" / "timeline.json").read_text())


@pytest.mark.parametrize("vector", VECTORS)
def test_the_position_is_that_of_server_and_page(vector):
    given = vector["timeline"]
    state = timeline(
        timestamp=given["at_ms"],
        current_time=given["position_s"],
        rate=given["rate"],
        is_playing=given["playing"],
        duration=given["duration_s"],
        duration_source=given.get("duration_source"),
    )
    assert position_at(state, vector["now_ms"]) == pytest.approx(vector["position_s"], abs=1e-9)


@given(at_s=st.floats(0, 500), shift_s=st.floats(-30, 30), after_ms=st.floats(0, 60_000))
def test_a_copy_that_is_longer_at_its_beginning_shows_the_same_scene(at_s, shift_s, after_ms):
    state = timeline(current_time=at_s, is_playing=True, duration=None)
    room_s = position_at(state, SERVER_AHEAD_MS + after_ms)
    copy_s = position_at(shifted(state, shift_s), SERVER_AHEAD_MS + after_ms)
    assert copy_s == pytest.approx(max(0.0, room_s + shift_s), abs=1e-3)


@given(at_s=st.floats(0, 500), later_s=st.floats(0.001, 90), rate=st.floats(0.25, 3))
def test_a_playing_timeline_reaches_each_later_position_at_its_instant(at_s, later_s, rate):
    state = timeline(current_time=at_s, is_playing=True, rate=rate, duration=None)
    assert position_at(state, instant_of(state, at_s + later_s)) == pytest.approx(at_s + later_s, abs=1e-3)


def test_announced_media_are_opened_shortly_before_their_start():
    now_ms = SERVER_AHEAD_MS
    own, following = timeline(is_playing=True), timeline(is_playing=True, timestamp=now_ms + 2000)
    assert until_switch_ms(own, following, now_ms) == 1700
    assert until_switch_ms(own, following, now_ms + 1800) == 0
    assert until_switch_ms(None, following, now_ms) == 0
    assert until_switch_ms(own, timeline(timestamp=now_ms + 2000), now_ms) == 0
