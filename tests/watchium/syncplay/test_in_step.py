"""A simulated client of Syncplay stays in step, over delays, jitter, unequal lines and clocks that drift."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bench.sync.figures import percentile
from tests.watchium.syncplay.simulated_room import SimulatedRoom

pytestmark = pytest.mark.once

delays_s = st.floats(0.0, 0.15)
LEAST_REWIND_S = 3.0  # the lowest threshold that the program lets people choose
few = settings(max_examples=25, deadline=None)


def started(*, play_s: float = 15.0, **kind: object) -> SimulatedRoom:
    """A client that came to a room that stood, and then played for a while."""
    room = SimulatedRoom(**kind)
    room.connect()
    room.world.run(0.3)
    room.open()
    room.world.run(3.0)
    room.play()
    room.world.run(play_s)
    return room


def steady_ms(room: SimulatedRoom, seconds: float) -> tuple[float, int]:
    """The 95th percentile of the error, and the seeks of the player, in a span without commands."""
    began_s, seeks = room.world.now_s, len(room.player.seeks)
    room.world.run(seconds)
    return 1000 * percentile(room.errors_since(began_s), 0.95), len(room.player.seeks) - seeks


@few
@given(
    delays_s, st.sampled_from([1 / 24, 1 / 25, 1 / 30, 1 / 60]), st.floats(-5e-5, 5e-5), st.integers(0, 10**6)
)
def test_a_player_stays_within_a_frame_without_a_seek(delay_s, frame_s, fast_by, seed):
    room = started(up_s=delay_s, down_s=delay_s, frame_s=frame_s, fast_by=fast_by, seed=seed)
    error_ms, seeks = steady_ms(room, 60)
    assert error_ms < 30
    assert (seeks, room.pressed) == (0, [])


@pytest.mark.parametrize(
    ("frames_a_second", "delay_s"), [(25, 0.0), (25, 0.06), (24, 0.06), (30, 0.0), (60, 0.06)]
)
def test_over_many_players_the_error_is_small(frames_a_second, delay_s):
    errors = []
    for seed in range(12):
        room = SimulatedRoom(up_s=delay_s, down_s=delay_s, seed=seed, frame_s=1 / frames_a_second)
        errors += watched(room)["steady"]
    assert 1000 * percentile(sorted(errors), 0.5) < 9
    assert 1000 * percentile(sorted(errors), 0.95) < 20


def test_starts_and_seeks_are_soon_in_step():
    after: dict[str, list[float]] = {}
    for seed in range(12):
        for name, errors in watched(SimulatedRoom(up_s=0.06, down_s=0.06, seed=seed)).items():
            after.setdefault(name, []).extend(errors)
    for change in ("start", "seek"):
        assert 1000 * percentile(sorted(after[f"{change} 1"]), 0.5) < 35
        assert 1000 * percentile(sorted(after[f"{change} 1"]), 0.95) < 87
        assert 1000 * percentile(sorted(after[f"{change} 4"]), 0.5) < 15


def watched(room: SimulatedRoom) -> dict[str, list[float]]:
    """Errors without sign from 1 to 2 s and from 4 to 7 s after starts and seeks, and in steady state."""
    errors: dict[str, list[float]] = {}
    room.connect()
    room.world.run(0.3)
    room.open()
    room.world.run(4.0)
    for position_s in (100.0, 30.0, 70.0):
        room.play()
        note(room, errors, "start")
        room.seek(position_s)
        note(room, errors, "seek")
        room.pause()
        room.world.run(2.5)
    room.play()
    room.world.run(20.0)
    errors["steady"] = room.errors_since(room.world.now_s - 12.0)
    return errors


def note(room: SimulatedRoom, errors: dict[str, list[float]], change: str) -> None:
    began_s = room.timeline.at_ms / 1000
    room.world.run(began_s + 7.0 - room.world.now_s)
    for from_s, to_s in ((1.0, 2.0), (4.0, 7.0)):
        window = [abs(error_s) for at_s, error_s in room.errors if from_s <= at_s - began_s < to_s]
        errors.setdefault(f"{change} {from_s:.0f}", []).extend(window)


@few
@given(delays_s, delays_s, st.integers(0, 10**6))
def test_unequal_lines_cost_half_of_their_difference(up_s, down_s, seed):
    room = started(up_s=up_s, down_s=down_s, seed=seed)
    error_ms, seeks = steady_ms(room, 30)
    assert error_ms < 30 + 1000 * abs(up_s - down_s) / 2
    assert seeks == 0


@few
@given(delays_s, st.floats(0.001, 0.03), st.integers(0, 10**6))
def test_jitter_is_averaged(delay_s, jitter_s, seed):
    room = started(up_s=delay_s, down_s=delay_s, jitter_s=jitter_s, seed=seed)
    error_ms, seeks = steady_ms(room, 30)
    assert error_ms < (100 if seeks else 30) + 1000 * jitter_s, "a seek has an error of its own for 3 s"
    assert seeks <= 1


@pytest.mark.parametrize("busy", ["busy_up_s", "busy_down_s"])
@pytest.mark.parametrize("late_s", [0.15, 0.4])
def test_late_reports_of_a_loaded_machine_move_no_player(busy, late_s):
    """Those of a loaded client look as if its player were ahead, those to a loaded server as if it were behind."""
    errors: list[float] = []
    for seed in range(5):
        room = started(up_s=0.06, down_s=0.06, seed=seed, **{busy: late_s})
        slowed = room.timing.player.slow_down.count
        began_s, seeks = room.world.now_s, len(room.player.seeks)
        room.world.run(60.0)
        errors += room.errors_since(began_s)
        assert len(room.player.seeks) == seeks
        assert room.timing.player.slow_down.count <= slowed + 1
    assert 1000 * percentile(sorted(errors), 0.95) < 25


@few
@given(st.floats(-6e-4, 6e-4), st.integers(0, 10**6))
def test_a_clock_that_drifts_is_followed(fast_by, seed):
    room = started(fast_by=fast_by, seed=seed)
    error_ms, seeks = steady_ms(room, 300)
    assert error_ms < 75
    assert seeks <= 5, "the slowest clock loses 0.2 s, and needed 5 seeks for 32 of 210 seeds"


@few
@given(
    delays_s,
    st.lists(st.sampled_from(["pause", "seek", "play"]), min_size=1, max_size=6),
    st.integers(0, 10**6),
)
def test_after_any_commands_the_player_is_where_the_room_is(delay_s, commands, seed):
    room = started(up_s=delay_s, down_s=delay_s, seed=seed, play_s=2.0)
    for number, command in enumerate(commands):
        getattr(room, command)(*([37.0 * (number + 1)] if command == "seek" else []))
        room.world.run(room.world.random.uniform(0.05, 3.0))
    room.world.run(15.0)
    assert room.player.paused != room.timeline.playing
    assert abs(room.error_s()) < 0.045
    assert room.pressed == []


@few
@given(st.floats(0.0, 0.15), st.floats(0.0, 0.4), st.integers(0, 10**6))
def test_what_a_player_needs_is_learned(start_s, seek_s, seed):
    room = started(start_s=(start_s, start_s + 0.02), seek_s=(seek_s, seek_s + 0.02), seed=seed)
    for number in range(4):
        room.pause()
        room.world.run(3.0)
        room.play()
        room.world.run(8.0)
        room.seek(100.0 * (number + 1))
        room.world.run(10.0)
    for command in (lambda: room.seek(1000.0), room.pause, room.play):
        command()
        room.world.run(2.0)
    assert abs(room.error_s()) < 0.12


@pytest.mark.parametrize("delay_s", [0.0, 0.06])
def test_a_client_that_joins_while_the_room_plays_does_not_move_it(delay_s):
    room = SimulatedRoom(up_s=delay_s, down_s=delay_s)
    room.timeline = room.timeline.played(at_ms=room.world.now_s * 1000 - 63_000)
    room.connect()
    room.world.run(0.3)
    room.open()
    room.world.run(7.0)
    assert abs(room.error_s()) < 0.1
    assert room.timeline.position_at(room.world.now_s * 1000) > 70


@pytest.mark.parametrize("delay_s", [0.0, 0.06])
@pytest.mark.parametrize("press", [{"paused": True}, {"seek_s": 300.0}, {"seek_s": 1.0}])
def test_a_refused_press_is_put_back_within_a_second(delay_s, press):
    room = started(up_s=delay_s, down_s=delay_s)
    for _ in range(3):
        room.client.press(**press)
        room.world.run(1.0)
        assert not room.player.paused
        assert abs(room.error_s()) < 0.2
        room.world.run(9.0)
        assert abs(room.error_s()) < 0.03
    assert len(room.pressed) == 3


def test_a_refused_start_is_put_back_within_a_second():
    room = started()
    room.pause()
    room.world.run(4.0)
    room.client.press(paused=False)
    room.world.run(1.0)
    assert room.player.paused
    assert abs(room.error_s()) < 0.15


def test_a_jump_that_the_client_does_not_report_is_undone():
    room = started()
    room.player.seek(room.player.position_s() + 0.6)
    room.world.run(20.0)
    assert abs(room.error_s()) < 0.03


def test_a_client_that_was_frozen_catches_up():
    room = started()
    room.client.freeze(True)
    room.world.run(8.0)
    room.player.seek(room.player.position_s() - 8.0)  # its player stood still too
    room.client.freeze(False)
    room.world.run(10.0)
    assert abs(room.error_s()) < 0.045


def test_a_client_that_does_not_slow_down_is_not_asked_again():
    room = SimulatedRoom()
    room.client.slows_down = False
    room.connect()
    room.open()
    room.world.run(3.0)
    room.play()
    room.world.run(5.0)
    room.player.seek(room.player.position_s() + 0.05)
    room.world.run(90.0)
    asked = room.timing.player.slow_down.count
    assert not room.timing.player.slow_down.usable
    room.world.run(60.0)
    assert room.timing.player.slow_down.count == asked
    assert abs(room.error_s()) < 0.1


def test_at_another_rate_a_player_is_not_disturbed_all_the_time():
    room = started()
    room.timeline = room.timeline.at_rate(at_ms=room.world.now_s * 1000, rate=1.25)
    before = len(room.player.seeks)
    room.world.run(60.0)
    assert 0 < len(room.player.seeks) - before <= 4
    room.timeline = room.timeline.at_rate(at_ms=room.world.now_s * 1000, rate=1.0)
    room.world.run(10.0)
    assert abs(room.error_s()) < 0.045


def test_at_a_quicker_rate_a_player_is_brought_ahead_so_that_it_is_moved_less_often():
    room = started()
    room.timeline = room.timeline.at_rate(at_ms=room.world.now_s * 1000, rate=1.25)
    room.world.run(60.0)
    began_s = room.world.now_s
    room.world.run(60.0)
    assert not room.client.slowed
    assert 1.0 < max(error_s for at_s, error_s in room.errors if at_s > began_s) < 1.4
    assert percentile(room.errors_since(began_s), 0.95) < 5.2


def test_a_wrong_position_stays_where_clients_slow_down_and_do_not_seek():
    for seed in range(4):
        room = SimulatedRoom(seed=seed, up_s=0.06, down_s=0.06)
        watched(room)
        assert room.timing.player.slow_down.count > 3
        assert room.client.believed_ahead_s
        assert max(room.client.believed_ahead_s) < LEAST_REWIND_S


def test_a_slow_down_that_the_room_interrupts_does_not_last():
    room = started(play_s=0.3)
    while not room.client.slowed:
        room.world.run(0.05)
    room.seek(500.0)
    room.world.run(2.5)
    assert not room.client.slowed or room.timing.player.slow_down.active


def test_while_a_player_opens_another_file_its_position_is_not_used():
    room = started()
    room.timing.opened(3600.0, room.world.now_s)
    room.player.seek(room.player.position_s() + 0.9)
    before = len(room.sent)
    room.world.run(1.9)
    assert all(message.server_counter == 0 for _, message in room.sent[before:])
    assert not room.timing.player.slow_down.active
    room.world.run(8.0)
    assert abs(room.error_s()) < 0.03


def test_a_file_that_ends_before_the_room_is_left_alone(monkeypatch):
    room = started()
    end_s = room.player.position_s() + 0.2
    room.timing.opened(end_s, room.world.now_s)
    monkeypatch.setattr(room, "decide", lambda state: room.timing.answer(room.world.now_s))
    room.player.seek(end_s)
    room.player.paused = True
    before = len(room.sent)
    room.world.run(10.0)
    assert not any(message.server_counter for _, message in room.sent[before:])


def test_states_are_sent_once_a_second_in_steady_state():
    room = started()
    before = len(room.sent)
    room.world.run(60.0)
    assert 50 <= len(room.sent) - before <= 70
