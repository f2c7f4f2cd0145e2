from __future__ import annotations

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.syncplay.incoming import (
    MAX_POSITION_S,
    BadLine,
    Chat,
    ClientState,
    Hello,
    ListRequest,
    SetFile,
    SetPlaylist,
    SetPlaylistIndex,
    SetReady,
    SetRoom,
    StartTls,
    decode,
)

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
WORDS = st.sampled_from(["TLS", "Hello", "State", "Set", "List", "Chat", "Error", "Other"])
KEYS = st.sampled_from(
    [
        *("file", "ready", "room", "controllerAuth", "playlistChange", "playlistIndex", "features", "name"),
        *("username", "password", "ping", "playstate", "ignoringOnTheFly", "position", "paused", "doSeek"),
        *("latencyCalculation", "client", "server", "isReady", "files", "index", "size", "duration"),
    ]
)
NEARLY_RIGHT = st.dictionaries(
    WORDS, st.recursive(ANY_JSON, lambda inner: st.dictionaries(KEYS, inner, max_size=6), max_leaves=20)
)


def line(**content: Any) -> bytes:
    return json.dumps(content).encode()


def only(**content: Any) -> Any:
    (message,) = decode(line(**content))
    return message


@given(st.binary(max_size=200))
def test_any_bytes_are_decoded_or_refused(data: bytes):
    with contextlib.suppress(BadLine):
        decode(data)


@given(NEARLY_RIGHT)
def test_values_of_wrong_types_are_ignored_and_numbers_are_bounded(content: dict[str, Any]):
    for message in decode(json.dumps(content).encode()):
        if isinstance(message, ClientState):
            assert message.position_s is None or 0 <= message.position_s <= MAX_POSITION_S
            assert 0 <= message.client_counter < 2**31
        if isinstance(message, SetFile):
            assert message.name
            assert 0 <= message.duration_s <= MAX_POSITION_S
            assert 0 <= message.size < 2**53
        if isinstance(message, SetPlaylist):
            assert all(isinstance(name, str) for name in message.files)


@pytest.mark.parametrize("bad", [b"", b"[]", b"1", b"{", b"\xff{}", b'{"a":' * 3000, b"9" * 5000])
def test_a_line_that_is_no_object_is_refused(bad: bytes):
    with pytest.raises(BadLine):
        decode(bad)


def test_hello():
    hello = only(
        Hello={
            "username": "Tom",
            "password": "0" * 32,
            "room": {"name": "k7m2p9x4wd"},
            "version": "1.2.255",
            "realversion": "1.6.9",
            "features": {"chat": True, "uiMode": "CLI", "readiness": True, "sharedPlaylists": False},
        }
    )
    assert hello == Hello(
        username="Tom",
        room="k7m2p9x4wd",
        password="0" * 32,
        features=frozenset({"chat", "readiness"}),
        looks_original=True,
    )


def test_a_phone_writes_json_without_spaces():
    (hello,) = decode(b'{"Hello":{"username":"Tom","room":{"name":"a"}}}')
    assert isinstance(hello, Hello)
    assert not hello.looks_original


def test_a_reply_echoes_the_stamp_and_a_press_has_a_counter():
    reply = only(
        State={
            "ping": {"latencyCalculation": 12.5, "clientLatencyCalculation": 3.25, "clientRtt": 0},
            "playstate": {"position": 63.5, "paused": False, "doSeek": None},
            "ignoringOnTheFly": {"server": 2},
        }
    )
    assert reply == ClientState(position_s=63.5, paused=False, stamp=12.5, server_counter=2)
    press = only(
        State={
            "playstate": {"position": 1.0, "paused": True, "doSeek": True},
            "ignoringOnTheFly": {"client": 1},
        }
    )
    assert press == ClientState(position_s=1.0, paused=True, seek=True, client_counter=1)


def test_paused_may_be_a_number_before_the_player_runs():
    assert only(State={"playstate": {"position": 0.0, "paused": 0.0}}).paused is False


@pytest.mark.parametrize("position", ["NaN", "Infinity", "-1", "1e9", "true", '"5"', "1" + "0" * 400])
def test_a_position_that_is_none_is_left_out(position: str):
    (state,) = decode(b'{"State":{"playstate":{"position":%s,"paused":true}}}' % position.encode())
    assert state == ClientState(paused=True)


def test_a_state_without_playstate_is_a_reply_without_a_position():
    state = only(State={"ping": {"latencyCalculation": 1.0}, "ignoringOnTheFly": {"client": 1}})
    assert (state.position_s, state.client_counter) == (None, 1)


def test_settings_that_nobody_knows_are_ignored():
    assert decode(line(Set={"features": {"x": 1}, "newThing": 1, "ready": {"isReady": True}})) == [
        SetReady(True)
    ]


def test_who_sets_the_mark_of_another_sets_none():
    assert decode(line(Set={"ready": {"isReady": True, "username": "Mia"}})) == []


def test_a_file_may_hide_its_name_and_size():
    assert only(Set={"file": {"name": "film.mkv", "duration": 60.5, "size": 7}}) == SetFile(
        name="film.mkv", duration_s=60.5, size=7
    )
    hidden = only(Set={"file": {"name": "**Hidden filename**", "duration": -1, "size": "0a1b2c3d4e5f"}})
    assert hidden == SetFile(name="**Hidden filename**")
    assert decode(line(Set={"file": None})) == []


def test_the_other_messages():
    assert only(TLS={"startTLS": "send"}) == StartTls()
    assert only(List=None) == ListRequest()
    assert only(Chat="hello") == Chat("hello")
    assert only(Set={"room": {"name": "other"}}) == SetRoom("other")
    assert only(Set={"playlistIndex": {"index": 2}}) == SetPlaylistIndex(2)
    assert only(Set={"playlistIndex": {"index": None}}) == SetPlaylistIndex(None)
    assert only(Set={"playlistChange": {"files": ["a.mkv", 5, "b.mkv"]}}) == SetPlaylist(("a.mkv", "b.mkv"))


@pytest.mark.parametrize(
    "broken",
    [
        {"Chat": "a\ud800"},
        {"Hello": {"username": "\udfff", "room": {"name": "rooms/k7m2p9x4wd/\ud800"}, "password": "\ud800"}},
        {"Hello": {"realversion": "\ud800", "features": {"\ud800": True}}},
        {"Set": {"file": {"name": "\ud800", "size": "\ud800"}}},
        {"Set": {"room": {"name": "\ud800"}}},
        {"Set": {"playlistChange": {"files": ["\ud800"]}}},
        {"Error": {"message": "\ud800"}},
    ],
)
def test_half_a_surrogate_pair_is_replaced(broken: dict[str, Any]):
    for written in (line(**broken), json.dumps(broken, ensure_ascii=False).encode(errors="surrogatepass")):
        (message,) = decode(written)
        assert b"?" in msgspec.json.encode(message)


@given(NEARLY_RIGHT)
def test_what_is_decoded_can_be_encoded(content: dict[str, Any]):
    for message in decode(json.dumps(content).encode()):
        msgspec.json.encode(message)
