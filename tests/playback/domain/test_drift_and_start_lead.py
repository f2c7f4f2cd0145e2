from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.domain.drift import drift_s, in_sync, received
from playback.domain.start_lead import play_lead_ms, seek_lead_ms
from playback.domain.timeline import Timeline
from watchium.protocol.commands import PlayerReport

NOW_MS = 1_795_219_200_000.0
PLAYING = Timeline(10, 1, "playing", NOW_MS - 5000, 3, 100)


def report(position_s=15.0, **fields) -> PlayerReport:
    return PlayerReport(**{"current_time": position_s, "is_playing": True, "is_synced": True, **fields})


def test_a_player_where_the_room_is_does_not_drift():
    assert drift_s(received(report(15.0), NOW_MS), PLAYING, NOW_MS) == pytest.approx(0)


def test_ahead_is_positive():
    assert drift_s(received(report(15.2), NOW_MS), PLAYING, NOW_MS) == pytest.approx(0.2)


def test_an_older_sample_is_projected():
    received_report = received(report(14.0, at=NOW_MS - 1000), NOW_MS)
    assert drift_s(received_report, PLAYING, NOW_MS) == pytest.approx(0)
    assert drift_s(received_report, PLAYING, NOW_MS + 2000) == pytest.approx(0)


def test_a_player_that_stands_still_falls_behind():
    received_report = received(report(15.0, is_playing=False), NOW_MS)
    assert drift_s(received_report, PLAYING, NOW_MS + 3000) == pytest.approx(-3)


@given(st.floats(0, 1e14))
def test_an_absurd_clock_moves_a_report_by_five_seconds_at_most(at_ms):
    assert NOW_MS - 5000 <= received(report(at=at_ms), NOW_MS).at_ms <= NOW_MS


@given(st.floats(-10, 10))
def test_in_sync_means_within_the_tolerance(drift):
    assert in_sync(drift, 500) == (abs(drift) * 1000 <= 500)


def test_without_reports_there_is_a_usual_lead():
    assert play_lead_ms([]) == 250
    assert seek_lead_ms([]) == 500


def test_the_slowest_attentive_member_sets_the_lead():
    near = report(latency_ms=20, start_cost_ms=20)
    far = report(latency_ms=300, start_cost_ms=60)
    assert play_lead_ms([near, far]) == 150 + 60 + 40
    assert (
        seek_lead_ms([near, report(latency_ms=300, start_cost_ms=60, seek_cost_ms=200)])
        == 150 + 60 + 200 + 40
    )


@pytest.mark.parametrize(
    "fields", [{"latency_ms": 1500.0}, {"latency_ms": 700.0, "state": "hidden"}, {"state": "tracking"}]
)
def test_the_lead_ignores_distant_hidden_and_unmeasured_members(fields):
    assert play_lead_ms([report(**fields), report(latency_ms=200, start_cost_ms=60)]) == 200


def test_the_lead_covers_lateness_within_its_bound():
    line = {"latency_ms": 96.0, "start_cost_ms": 75.0}
    assert play_lead_ms([report(**line, late_ms=125)]) == 48 + 125 + 75 + 40
    assert play_lead_ms([report(**line, late_ms=9000)]) == 48 + 150 + 75 + 40


@given(st.lists(st.builds(report, latency_ms=st.floats(0, 1e6), start_cost_ms=st.floats(0, 1e4))))
def test_leads_stay_within_their_bounds(reports):
    assert 150 <= play_lead_ms(reports) <= 800
    assert 300 <= seek_lead_ms(reports) <= 1500
