from __future__ import annotations

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.client.mpv.arguments import BadRoomAddress, parse, room_address
from watchium.client.mpv.messages import comment_line
from watchium.client.mpv.osd import LINE_CHARS, LINES, SHOWN_MS, RecentLines, clean
from watchium.protocol.types import CommentState


@given(st.text(max_size=600))
def test_a_line_controls_nothing_and_is_bounded(text: str):
    line = clean(text)
    assert len(line) <= LINE_CHARS
    assert not [char for char in line if unicodedata.category(char) in {"Cc", "Cf", "Zl", "Zp"}]
    assert clean(line) == line


@given(st.lists(st.tuples(st.floats(0, 3000), st.text(min_size=1, max_size=9)), max_size=30))
def test_lines_are_shown_for_their_time_and_few_at_once(given):
    recent, now_ms = RecentLines(), 0.0
    for gap_ms, text in given:
        now_ms += gap_ms
        recent.add(text, now_ms)
        shown, for_ms = recent.shown(now_ms)
        assert shown.count("\n") < LINES
        assert for_ms == pytest.approx(SHOWN_MS)
    assert recent.shown(now_ms + SHOWN_MS + 1) == ("", 0.0)


@pytest.mark.parametrize(
    ("address", "base_url", "room_id"),
    [
        ("http://127.0.0.1:8000/rooms/k7m2p9x4wd/", "http://127.0.0.1:8000", "k7m2p9x4wd"),
        ("https://watch.example/party/rooms/k7m2p9x4wd?x=1#y", "https://watch.example/party", "k7m2p9x4wd"),
    ],
)
def test_a_rooms_address_is_taken_apart(address: str, base_url: str, room_id: str):
    found = room_address(address)
    assert (found.base_url, found.room_id) == (base_url, room_id)


@pytest.mark.parametrize(
    "address", ["", "k7m2p9x4wd", "ftp://x/rooms/a/", "https://watch.example/player/", "https:///rooms/a/"]
)
def test_other_addresses_are_refused(address: str):
    with pytest.raises(BadRoomAddress):
        room_address(address)


def test_options_of_mpv_follow_two_dashes(tmp_path, monkeypatch):
    monkeypatch.setenv("WATCHIUM_TOKEN", "secret")
    film = tmp_path / "film.mkv"
    film.write_bytes(b"x")
    room = "http://localhost/rooms/a/"
    options = parse([room, str(film), "--name", "Tom", "--", "--fullscreen", "--alang=ja"])
    assert (options.file, options.name, options.token) == (film, "Tom", "secret")
    assert options.mpv_options == ("--fullscreen", "--alang=ja")
    assert parse([room, "--", "--fullscreen"]).file is None
    with pytest.raises(SystemExit):
        parse([room, str(tmp_path / "missing.mkv")])


def comment(**given):
    fields = {"id": 1, "seq": 1, "user_id": "g", "username": "Mira", "text": "hi", "current_time": 0.0}
    fields |= {"created_at": "", "is_system_message": False, "reply_to": None}
    return CommentState(**fields | given)


def test_the_chat_names_who_wrote_and_leaves_out_who_came():
    assert comment_line(comment()) == "Mira: hi"
    assert comment_line(comment(text="")) == "Mira sent a picture"
    assert comment_line(comment(is_system_message=True, note="presence", text="Tom joined")) is None
    assert comment_line(comment(is_system_message=True, text="Mira paused")) == "Mira paused"


def test_the_client_needs_nothing_of_the_server():
    program = (
        "import sys, watchium.client.mpv.__main__; print({'django', 'channels', 'redis'} & set(sys.modules))"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout
    assert printed.strip() == "set()"
