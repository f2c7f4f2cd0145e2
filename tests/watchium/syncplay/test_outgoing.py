from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.syncplay import outgoing
from watchium.syncplay.outgoing import ListedMember
from watchium.syncplay.timing import StateMessage

# Longer ones end the connection of a client.
CLIENTS_LIMIT = 16_384

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(st.lists(NAMES, max_size=300, unique=True))
def test_a_list_of_members_fits_into_a_line(names: list[str]):
    listed = [ListedMember(name=name) for name in names]
    line = outgoing.encode(outgoing.members("k7m2p9x4wd", listed))
    assert len(line) < CLIENTS_LIMIT
    (entries,) = json.loads(line)["List"].values()
    assert all("file" in entry for entry in entries.values())


def test_members_that_do_not_fit_are_counted():
    listed = [ListedMember(name=f"member {number} {'x' * 200}") for number in range(100)]
    (entries,) = outgoing.members("room", listed)["List"].values()
    shown = sum(name.startswith("member") for name in entries)
    assert f"and {100 - shown} more" in entries


@pytest.mark.parametrize("room", ["\ud800", "\x01" * 500])
def test_a_list_fits_whatever_the_room_was_called(room: str):
    listed = [ListedMember(name=f"member {number}") for number in range(300)]
    assert len(outgoing.encode(outgoing.members(room, listed))) < CLIENTS_LIMIT


def test_a_line_that_would_end_the_connection_is_not_sent():
    with pytest.raises(ValueError, match="bytes"):
        outgoing.encode({"Chat": {"username": "Mia", "message": "é" * 8000}})


def test_a_state_has_what_clients_of_1_6_9_need():
    state = outgoing.state(StateMessage(position_s=1.5, paused=True, stamp=9.5), "Mia")["State"]
    assert state["ping"] == {"latencyCalculation": 9.5, "serverRtt": 0.0}
    assert state["playstate"]["setBy"] == "Mia"
    assert "ignoringOnTheFly" not in state


def test_a_forced_state_carries_the_counters():
    message = StateMessage(position_s=1.5, paused=True, stamp=9.5, server_counter=2, client_counter=1)
    assert outgoing.state(message, "Mia")["State"]["ignoringOnTheFly"] == {"server": 2, "client": 1}


def test_a_line_has_one_key_and_ends_with_cr_lf():
    for message in (
        outgoing.tls(False),
        outgoing.chat("Mia", "hi"),
        outgoing.playlist(["a"]),
        outgoing.error("no"),
    ):
        line = outgoing.encode(message)
        assert line.endswith(b"\r\n")
        assert len(json.loads(line)) == 1


def test_surrogates_do_not_end_the_server():
    assert b"?" in outgoing.encode(outgoing.chat("Mia", "\ud800"))


def test_no_member_is_shown_under_the_name_of_the_server():
    for name in ("Watchium", "watchium", "W\u0430tchium", "Watchium ", "VVatchium"):
        assert outgoing.shown_name(name) == f"@{name}"
    assert outgoing.shown_name("Watchium (2)") == "Watchium (2)"
    assert outgoing.shown_name("Tom") == "Tom"
