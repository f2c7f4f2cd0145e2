from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.watchium.client.sync.simulated_mpv import SERVER_AHEAD_MS, SimulatedMpv, error_ms, run, timeline
from watchium.client.sync.controller import SyncController
from watchium.client.sync.effects import Pause, Rate, Seek, Stall, State

STEADY_MS = 6.0
FRAME_MS = 40.0


def playing(mpv: SimulatedMpv, at_s: float = 10.0, in_ms: float = 300.0, **given: object):
    motion = {
        "timestamp": mpv.server_ms + in_ms,
        "current_time": at_s,
        "is_playing": True,
        "phase": "playing",
    }
    return timeline(**motion | given)


def follow(controller: SyncController, mpv: SimulatedMpv, state) -> None:
    controller.follow(state, mpv.server_ms)


players = st.builds(
    SimulatedMpv,
    start_ms=st.floats(0, 120),
    seek_ms=st.floats(5, 200),
    lag_ms=st.floats(0, 500),
    drift=st.floats(-100e-6, 100e-6),
    frame_s=st.sampled_from([0.0417, 0.04, 0.0167]),
)


@given(mpv=players, at_s=st.floats(0, 500), rate=st.sampled_from([0.5, 1.0, 1.25, 2.0]))
@settings(max_examples=60, deadline=None)
def test_a_started_player_is_in_step_and_is_then_left_alone(mpv: SimulatedMpv, at_s: float, rate: float):
    controller = SyncController()
    follow(controller, mpv, playing(mpv, at_s, rate=rate))
    run(controller, mpv, 12_000)
    assert controller.state is State.PLAYING
    assert abs(error_ms(controller, mpv)) / rate <= STEADY_MS
    mpv.effects.clear()
    run(controller, mpv, 20_000)
    assert not [effect for effect in mpv.effects if isinstance(effect, Seek | Pause)]
    assert abs(error_ms(controller, mpv)) / rate <= STEADY_MS


@given(mpv=players, off_s=st.floats(-3, 3))
@settings(max_examples=60, deadline=None)
def test_a_player_that_is_off_comes_back_by_its_rate_if_it_is_near_and_by_one_move_if_not(
    mpv: SimulatedMpv, off_s: float
):
    controller = SyncController()
    follow(controller, mpv, playing(mpv))
    run(controller, mpv, 12_000)
    mpv.effects.clear()
    mpv.position_s += off_s
    run(controller, mpv, 15_000)
    assert abs(error_ms(controller, mpv)) <= STEADY_MS
    moves = [effect for effect in mpv.effects if isinstance(effect, Seek)]
    assert len(moves) <= (0 if abs(off_s) < 0.39 else 2)
    rates = [effect.rate for effect in mpv.effects if isinstance(effect, Rate)]
    assert all(0.95 <= rate <= 1.05 for rate in rates)
    assert not any(effect.keeps_pitch for effect in mpv.effects if isinstance(effect, Rate))


@given(mpv=players, ran_ms=st.floats(0, 5000))
@settings(max_examples=40, deadline=None)
def test_a_pause_leaves_the_player_at_the_frame_of_the_room(mpv: SimulatedMpv, ran_ms: float):
    controller = SyncController()
    follow(controller, mpv, playing(mpv))
    run(controller, mpv, ran_ms)
    stands_at_s = 10.0 + ran_ms / 1000
    follow(controller, mpv, timeline(current_time=stands_at_s))
    run(controller, mpv, 1000)
    assert mpv.paused
    assert 0 <= stands_at_s - mpv.position_s + 0.003 <= mpv.frame_s + 0.006
    assert controller.state is State.PAUSED


def test_a_late_joiner_meets_the_room_ahead_and_starts_once():
    mpv, controller = SimulatedMpv(), SyncController()
    follow(controller, mpv, playing(mpv, in_ms=-63_000))
    run(controller, mpv, 5000)
    assert abs(error_ms(controller, mpv)) <= STEADY_MS
    assert [effect for effect in mpv.effects if isinstance(effect, Pause)] == [Pause(False)]


def test_a_new_rate_of_the_room_costs_one_seek():
    mpv, controller = SimulatedMpv(), SyncController()
    state = playing(mpv)
    follow(controller, mpv, state)
    run(controller, mpv, 8000)
    mpv.effects.clear()
    follow(controller, mpv, playing(mpv, at_s=17.7, in_ms=0, rate=1.5))
    run(controller, mpv, 6000)
    assert abs(error_ms(controller, mpv)) / 1.5 <= STEADY_MS
    assert len([effect for effect in mpv.effects if isinstance(effect, Seek)]) == 1
    assert all(effect.keeps_pitch for effect in mpv.effects if isinstance(effect, Rate))


def test_the_same_motion_again_changes_nothing():
    mpv, controller = SimulatedMpv(), SyncController()
    state = playing(mpv)
    follow(controller, mpv, state)
    run(controller, mpv, 10_000)
    mpv.effects.clear()
    follow(controller, mpv, playing(mpv, at_s=19.7, in_ms=0.0, revision=2))
    run(controller, mpv, 2000)
    assert not [effect for effect in mpv.effects if not isinstance(effect, Rate)]


def test_a_stall_is_reported_once_with_its_length():
    mpv, controller = SimulatedMpv(), SyncController()
    follow(controller, mpv, playing(mpv))
    run(controller, mpv, 8000)
    mpv.effects.clear()
    reported: list[Stall] = []
    mpv.starved = True
    for _ in range(60):
        if _ == 40:
            mpv.starved = False
        step = controller.tick(mpv.seen())
        reported += [effect for effect in step.effects if isinstance(effect, Stall)]
        mpv.advance(50)
    assert [stall.began for stall in reported] == [True, False]
    assert 1900 <= reported[1].waited_ms <= 2100


def test_a_room_that_waits_hears_that_the_player_is_ready():
    mpv, controller = SimulatedMpv(), SyncController()
    follow(controller, mpv, timeline(current_time=50.0, phase="holding"))
    assert controller.tick(mpv.seen()).state is State.LOADING
    run(controller, mpv, 1000)
    assert controller.state is State.READY


def test_a_loop_seeks_to_its_next_lap_without_stopping():
    mpv, controller = SimulatedMpv(), SyncController()
    begins_ms = mpv.server_ms + 300
    lap = playing(mpv, at_s=590.0)
    follow(controller, mpv, lap)
    run(controller, mpv, 5000)
    follow(
        controller,
        mpv,
        timeline(timestamp=begins_ms + 10_000, current_time=0.0, is_playing=True, phase="playing"),
    )
    mpv.effects.clear()
    run(controller, mpv, 9000)
    assert len([effect for effect in mpv.effects if isinstance(effect, Seek)]) == 1
    assert not [effect for effect in mpv.effects if isinstance(effect, Pause)]
    assert abs(error_ms(controller, mpv)) <= STEADY_MS


def test_a_player_left_alone_gets_the_rooms_rate_and_nothing_else():
    mpv, controller = SimulatedMpv(), SyncController()
    controller.leave_alone(True)
    follow(controller, mpv, playing(mpv, rate=1.25))
    run(controller, mpv, 5000)
    assert mpv.effects == [Rate(1.25, 1.25, True)]


def test_before_the_clock_is_known_nothing_starts():
    mpv, controller = SimulatedMpv(), SyncController()
    follow(controller, mpv, playing(mpv, in_ms=-5000))
    seen = mpv.seen()
    blind = seen.__class__(**{**seen.__dict__, "locked": False})
    assert controller.tick(blind).state is State.LOADING
    assert mpv.server_ms > SERVER_AHEAD_MS
