from __future__ import annotations

from dataclasses import replace

import pytest

from playback.domain.timeline import PAUSED, PLAYING, Timeline
from watchium.syncplay.incoming import ClientState
from watchium.syncplay.timing import ClientTiming, StateMessage

PLAYS = Timeline(position_s=10.0, phase=PLAYING, at_ms=1_000_000.0, revision=5, duration_s=600.0)
STANDS = replace(PLAYS, phase=PAUSED)


def sent(timing: ClientTiming, timeline: Timeline, now_s: float) -> StateMessage:
    message = timing.next_state(timeline, now_s)
    assert message is not None
    return message


def reply(message: StateMessage, position_s: float, *, paused: bool = False) -> ClientState:
    return ClientState(
        position_s=position_s, paused=paused, stamp=message.stamp, server_counter=message.server_counter
    )


def following(timeline: Timeline, now_s: float, round_trip_s: float = 0.0) -> ClientTiming:
    """A client that has applied its first State."""
    timing = ClientTiming(now_s - round_trip_s)
    first = sent(timing, timeline, now_s - round_trip_s)
    timing.received(reply(first, timeline.position_at(now_s * 1000), paused=not timeline.playing), now_s)
    return timing


def test_the_first_state_moves_the_player_to_the_room():
    first = sent(ClientTiming(1002.0), PLAYS, 1002.0)
    assert (first.position_s, first.paused, first.seek, first.server_counter) == (12.0, False, True, 1)


def test_positions_are_those_of_the_arrival():
    timing = following(PLAYS, 1002.0, round_trip_s=0.2)
    assert sent(timing, PLAYS, 1003.0).position_s == pytest.approx(13.1)


def test_without_a_change_a_state_follows_each_second_and_forces_nothing():
    timing = following(PLAYS, 1002.0)
    assert timing.next_state(PLAYS, timing.next_s - 0.01) is None
    state = sent(timing, PLAYS, timing.next_s)
    assert (state.server_counter, state.seek) == (0, False)


def test_a_pause_is_sent_at_once():
    timing = following(PLAYS, 1002.0)
    state = sent(timing, PLAYS.paused(at_ms=1_002_100.0), 1002.1)
    assert state.position_s == pytest.approx(12.1)
    assert (state.paused, state.server_counter) == (True, 2)


def test_a_start_is_sent_earlier_by_the_way_there_and_by_what_the_player_needs():
    timing = following(STANDS, 1002.0, round_trip_s=0.1)
    starts = STANDS.played(at_ms=1_003_000.0)
    assert sent(timing, starts, 1002.5).paused
    cost_s = timing.player.start_lead_s()
    assert cost_s > 0.03
    state = sent(timing, starts, 1002.95 - cost_s)
    assert state.position_s == pytest.approx(10.0)
    assert (state.paused, state.seek, state.server_counter) == (False, False, 2)


def test_nothing_stops_a_player_between_the_message_of_its_start_and_the_start():
    timing = following(STANDS, 1002.0, round_trip_s=0.4)
    starts = STANDS.played(at_ms=1_003_000.0)
    start = next(state for _, state in sent_between(timing, starts, 1002.1, 1002.9) if not state.paused)
    timing.received(reply(start, 10.0), 1002.95)
    assert all(not state.paused for _, state in sent_between(timing, starts, 1002.95, 1005.0))


def test_a_seek_is_aimed_ahead_because_the_client_can_only_slow_down():
    timing = following(PLAYS, 1002.0)
    timing.opened(600.0, 1002.0)
    seek = PLAYS.sought(at_ms=1_005_000.0, position_s=200.0)
    assert timing.next_state(seek, 1004.5) is None, "the player plays on until the announced instant"
    sent_s, state = next(iter(sent_between(timing, seek, 1004.5, 1005.5)))
    assert 1004.8 < sent_s < 1005.0
    assert 200.01 < state.position_s < 200.2
    assert (state.seek, state.paused) == (True, False)


def sent_between(
    timing: ClientTiming, timeline: Timeline, from_s: float, to_s: float
) -> list[tuple[float, StateMessage]]:
    """The States of a span, with the instants."""
    messages, now_s = [], from_s
    while now_s <= to_s:
        message = timing.next_state(timeline, now_s)
        if message is None:
            now_s = max(timing.next_s, now_s + 1e-6)
        else:
            messages.append((now_s, message))
    return messages


def test_changes_elsewhere_move_no_player():
    timing = following(PLAYS, 1002.0)
    assert timing.next_state(PLAYS.unmoved(), 1002.1) is None


def test_an_unconfirmed_change_is_not_overtaken_but_sent_again():
    timing = ClientTiming(1002.0)
    sent(timing, PLAYS, 1002.0)
    assert timing.next_state(PLAYS, 1003.5) is None
    again = sent(timing, PLAYS, 1004.0)
    assert (again.server_counter, again.seek) == (1, False)


def test_what_a_client_says_before_its_confirmation_is_not_used():
    timing = following(PLAYS, 1002.0)
    sent(timing, PLAYS.sought(at_ms=1_002_000.0, position_s=200.0), 1002.0)
    timing.received(ClientState(position_s=12.0, paused=False), 1002.05)
    assert timing.awaits_confirmation
    assert timing.position_s == pytest.approx(12.0)


PRESSED_PAUSE = ClientState(position_s=12.4, paused=True, client_counter=3)


def test_a_press_is_answered_only_when_the_room_decided():
    timing = following(PLAYS, 1002.0)
    timing.received(PRESSED_PAUSE, 1002.4)
    assert timing.next_state(PLAYS, 1003.5) is None


def test_an_accepted_press_is_confirmed_under_the_clients_own_name():
    timing = following(PLAYS, 1002.0)
    timing.received(PRESSED_PAUSE, 1002.4)
    paused = PLAYS.paused(at_ms=1_002_400.0, position_s=12.4)
    timing.accept(paused, 1002.41)
    state = sent(timing, paused, 1002.41)
    assert (state.under_own_name, state.paused, state.client_counter, state.seek) == (True, True, 3, False)


def test_an_accepted_play_plays_on_until_the_announced_start():
    timing = following(STANDS, 1002.0)
    timing.received(ClientState(position_s=10.0, paused=False, client_counter=1), 1002.4)
    starts = STANDS.played(at_ms=1_002_700.0)
    timing.accept(starts, 1002.45)
    confirmed = sent(timing, starts, 1002.45)
    assert not confirmed.paused
    timing.received(reply(confirmed, 10.05), 1002.5)
    assert timing.next_state(starts, 1002.6) is None


def test_a_refused_press_is_put_back():
    timing = following(PLAYS, 1002.0)
    timing.received(PRESSED_PAUSE, 1002.4)
    timing.put_back(1002.41)
    agreed = sent(timing, PLAYS, 1002.41)
    assert (agreed.paused, agreed.seek, agreed.client_counter, agreed.under_own_name) == (
        True,
        False,
        3,
        True,
    )
    state = sent(timing, PLAYS, 1002.41)
    assert (state.paused, state.seek, state.client_counter, state.under_own_name) == (False, True, 0, False)
    assert state.server_counter


def test_a_press_without_an_answer_of_the_room_is_put_back():
    timing = following(PLAYS, 1002.0)
    timing.received(PRESSED_PAUSE, 1002.4)
    assert timing.next_state(PLAYS, 1003.5) is None
    agreed, state = (message for _, message in sent_between(timing, PLAYS, 1005.4, 1005.5))
    assert (agreed.client_counter, state.seek) == (3, True)
    assert timing.next_s < 1010
