from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from watchium.client.mpv.acts import Acts, ChangedRate, PausedIt, PlayedIt, Sought


class OwnActs(RuleBasedStateMachine):
    """Whatever the client does, mpv's reports of it are no acts of the person, however late and however merged."""

    def __init__(self) -> None:
        super().__init__()
        self.acts, self.now_ms = Acts(), 0.0
        self.pause, self.speed, self.room_rate = True, 1.0, 1.0
        self.seeks = 0
        self.seeking = False

    @rule(on=st.booleans())
    def set_pause(self, on: bool) -> None:
        self.acts.will_pause(on)
        self.pause = on

    @rule(u=st.floats(-0.05, 0.05), room_rate=st.sampled_from([0.5, 1.0, 1.5]))
    def set_speed(self, u: float, room_rate: float) -> None:
        self.speed = room_rate * (1 + u)
        self.acts.will_set_speed(self.speed, room_rate)

    @rule()
    def seek(self) -> None:
        self.acts.will_seek()
        self.seeks += 1

    @rule()
    def report_pause_and_speed(self) -> None:
        self.acts.paused(self.pause, self.now_ms)
        self.acts.speed(self.speed, self.now_ms)

    @precondition(lambda self: self.seeks)
    @rule(merged=st.integers(1, 3))
    def report_seek(self, merged: int) -> None:
        self.seeks = max(0, self.seeks - merged)
        self.acts.seek_began(self.now_ms)
        self.seeking = True

    @precondition(lambda self: self.seeking and not self.seeks)
    @rule()
    def report_arrival(self) -> None:
        self.acts.seek_ended(self.now_ms)
        self.seeking = False

    @rule(ms=st.floats(1, 2000))
    def wait(self, ms: float) -> None:
        self.now_ms += ms

    @invariant()
    def nobody_acted(self) -> None:
        assert not self.acts.waiting
        assert self.acts.due(self.now_ms) is None


TestOwnActs = OwnActs.TestCase


def test_a_pause_and_a_play_are_acts_once_they_last():
    acts = Acts()
    acts.will_pause(False)
    acts.paused(True, 100.0)
    assert acts.due(120.0) is None
    assert acts.waiting
    assert acts.due(181.0) == PausedIt(100.0)
    assert acts.due(400.0) is None
    acts.will_pause(True)
    acts.paused(False, 500.0)
    assert acts.due(600.0) == PlayedIt(500.0)


def test_a_step_by_one_frame_is_no_act():
    acts = Acts()
    acts.paused(False, 100.0)
    acts.paused(True, 140.0)
    assert acts.due(1000.0) is None


def test_a_series_of_seeks_is_one_act_that_ends_with_the_last():
    acts = Acts()
    for at_ms in (0.0, 200.0, 400.0):
        acts.seek_began(at_ms)
        acts.seek_ended(at_ms + 30)
        assert acts.due(at_ms + 100) is None
    assert acts.due(700.0) is None
    assert acts.due(781.0) == Sought(400.0)
    assert not acts.waiting


def test_a_seek_beside_one_of_the_client_is_an_act():
    acts = Acts()
    acts.will_seek()
    acts.seek_began(0.0)
    acts.seek_began(10.0)
    acts.seek_ended(50.0)
    assert acts.due(500.0) == Sought(10.0)


@given(
    u=st.floats(-0.05, 0.05),
    room_rate=st.sampled_from([0.75, 1.0, 1.25]),
    key=st.sampled_from([1.1, 1 / 1.1, 2.0]),
)
def test_a_changed_speed_is_meant_for_the_room_not_for_its_correction(u: float, room_rate: float, key: float):
    acts = Acts()
    acts.will_set_speed(room_rate * (1 + u), room_rate)
    acts.speed(room_rate * (1 + u) * key, 100.0)
    wanted = round(room_rate * key, 2)
    act = acts.due(100.0)
    assert act == ChangedRate(wanted, 100.0) or abs(room_rate * (1 + u) * key - 1) < 2e-4


def test_the_key_that_resets_the_speed_means_one():
    acts = Acts()
    acts.will_set_speed(1.275, 1.25)
    acts.speed(1.0, 50.0)
    assert acts.due(50.0) == ChangedRate(1.0, 50.0)
