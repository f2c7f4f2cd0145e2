from __future__ import annotations

from dataclasses import replace

import pytest

from playback.domain.timeline import PAUSED, PLAYING, Timeline
from watchium.syncplay.incoming import ClientState, SetFile
from watchium.syncplay.presses import Press, Presses

PLAYS = Timeline(position_s=63.0, phase=PLAYING, at_ms=1_000_000.0, revision=5, duration_s=600.0)
STANDS = replace(PLAYS, phase=PAUSED)
FILM = SetFile(name="film.mkv", duration_s=600.0, size=5)


def settled(timeline: Timeline = PLAYS) -> Presses:
    presses = Presses()
    presses.opened(FILM, 1000.0)
    position_s = timeline.position_at(1_002_000.0)
    presses.observe(ClientState(position_s=position_s, paused=not timeline.playing), timeline, 1002.0)
    assert presses.settled
    return presses


def pressed(position_s: float, *, paused: bool, seek: bool = False) -> ClientState:
    return ClientState(position_s=position_s, paused=paused, seek=seek, client_counter=1)


def test_a_pause_a_play_and_a_seek():
    in_room = settled().press_in(pressed(67.2, paused=True), PLAYS, 1004.2, was_moved=False)
    assert in_room == Press("pause", 67.2)
    play = settled(STANDS).press_in(pressed(63.0, paused=False), STANDS, 1004.2, was_moved=False)
    assert play == Press("play", 63.0)
    seek = settled().press_in(pressed(300.0, paused=False, seek=True), PLAYS, 1004.2, was_moved=False)
    assert seek == Press("seek", 300.0)


def test_a_client_that_joins_presses_nothing():
    """Seen 0.15 s after a client joined a room at 1:03."""
    presses = Presses()
    joining = pressed(6e-06, paused=False, seek=True)
    assert presses.press_in(joining, PLAYS, 1000.1, was_moved=False) is None
    presses.opened(FILM, 1000.0)
    assert presses.press_in(joining, PLAYS, 1000.2, was_moved=False) is None


def test_what_a_client_reports_while_it_opens_its_file_does_not_settle_it():
    presses = Presses()
    presses.opened(FILM, 1000.0)
    presses.observe(ClientState(position_s=63.5, paused=False), PLAYS, 1000.5)
    assert not presses.settled


def test_another_file_has_to_settle_again():
    presses = settled()
    presses.opened(replace_file("other.mkv"), 1003.0)
    assert presses.press_in(pressed(0.0, paused=True), PLAYS, 1003.2, was_moved=False) is None
    presses = settled()
    presses.opened(FILM, 1003.0)
    assert presses.settled


def replace_file(name: str) -> SetFile:
    return SetFile(name=name, duration_s=600.0, size=5)


def test_a_seek_after_the_player_was_moved_is_an_echo():
    """VLC reports its former position, then the new one."""
    moved = PLAYS.sought(at_ms=1_003_500.0, position_s=300.0)
    echo = pressed(67.0, paused=False, seek=True)
    assert settled().press_in(echo, moved, 1004.0, was_moved=True) is None
    assert settled().press_in(pressed(300.5, paused=False, seek=True), moved, 1004.0, was_moved=True) is None


def test_a_seek_elsewhere_is_pressed_even_right_after_the_player_was_moved():
    moved = PLAYS.sought(at_ms=1_003_500.0, position_s=300.0)
    seek = pressed(120.0, paused=False, seek=True)
    assert settled().press_in(seek, moved, 1004.0, was_moved=True) == Press("seek", 120.0)


def test_a_seek_to_where_the_player_was_sent_before_is_an_echo():
    """Seen with VLC: it was sent to 70 s, and to 20 s before it had reported that, and then sought to 70 s."""
    presses = settled()
    presses.observe(ClientState(position_s=67.8, paused=True), STANDS, 1004.5)
    presses.sent_to(70.0, 1004.5)
    presses.sent_to(20.0, 1004.7)
    moved = replace(STANDS, position_s=20.0)
    assert presses.press_in(pressed(70.0, paused=True, seek=True), moved, 1004.8, was_moved=True) is None
    seek = presses.press_in(pressed(120.0, paused=True, seek=True), moved, 1004.8, was_moved=True)
    assert seek == Press("seek", 120.0)


def test_a_seek_to_where_the_room_is_is_none():
    near = pressed(67.5, paused=False, seek=True)
    assert settled().press_in(near, PLAYS, 1004.0, was_moved=False) is None


def test_the_end_of_the_file_is_no_pause():
    end = replace(PLAYS, position_s=595.0)
    assert settled().press_in(pressed(599.5, paused=True), end, 1004.0, was_moved=False) is None


def test_a_change_of_the_file_is_no_pause():
    presses = settled()
    presses.changes_file(1004.0)
    assert presses.press_in(pressed(0.0, paused=True), PLAYS, 1004.5, was_moved=False) is None


@pytest.mark.parametrize(
    "state", [ClientState(client_counter=1), ClientState(position_s=67.0, client_counter=1)]
)
def test_a_state_that_lacks_something_is_none(state: ClientState):
    assert settled().press_in(state, PLAYS, 1004.0, was_moved=False) is None


def test_a_client_that_goes_to_the_next_file_at_the_end_presses_nothing():
    """Seen of 1.6.9: it stops at the end, reports the beginning of the next file, and names that only then."""
    ends = replace(PLAYS, position_s=595.0)
    presses = settled(ends)
    presses.observe(ClientState(position_s=599.5, paused=False), ends, 1004.5)
    assert not presses.goes_on(1020.0)
    assert presses.goes_on(1005.0)
    for state in (
        pressed(600.0, paused=True),
        pressed(0.0, paused=True, seek=True),
        pressed(6e-06, paused=True, seek=True),
    ):
        assert presses.press_in(state, ends, 1005.1, was_moved=False) is None
        assert presses.take_end() == 600.0
        assert presses.take_end() is None
    presses.opened(SetFile(name="next.mkv", duration_s=100.0), 1005.5)
    assert presses.goes_on(1006.0)


def test_in_the_middle_of_a_film_its_beginning_is_a_seek():
    state = pressed(0.0, paused=True, seek=True)
    presses = settled()
    assert presses.press_in(state, PLAYS, 1003.0, was_moved=False) == Press("seek", 0.0)
    assert presses.take_end() is None
