from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.client.mpv.own_copy import Likeness, OwnFile, RoomCopy, choose, compare, sha256_of
from watchium.protocol.types import Media

VECTORS = json.loads((Path(__file__).parents[3] / "vectors" / "fingerprint.json").read_text())["edges"]
OWN = OwnFile(Path("/films/film.mkv"), 1000, "ab", 5400.0)
FILM = Media(url="/media/library/7", kind="video", title="Film", source="library", item_id=7)
BASE = "https://watch.example"


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["size"]))
def test_the_fingerprint_is_that_of_server_and_page(vector):
    data = bytes((at * vector["step"] + (at >> 8)) & 255 for at in range(vector["size"]))
    assert sha256_of(io.BytesIO(data), len(data)) == vector["sha256"]


@given(duration_s=st.floats(1, 20_000), apart_s=st.floats(-100, 100))
def test_durations_decide_unless_the_fingerprint_does(duration_s: float, apart_s: float):
    own = OwnFile(Path("f"), 10, "ab", duration_s)
    room = RoomCopy(10, "cd", duration_s + apart_s)
    expected = Likeness.SIMILAR if abs(apart_s) <= 2.5 else Likeness.DIFFERENT
    if duration_s + apart_s <= 0:
        expected = Likeness.UNKNOWN
    assert compare(own, room) in (expected, *([Likeness.DIFFERENT] if abs(abs(apart_s) - 2.5) < 1e-6 else []))
    assert compare(own, RoomCopy(10, "ab", duration_s + apart_s)) is Likeness.SAME


@pytest.mark.parametrize("seconds", [None, 0.0, -1.0, float("nan"), float("inf")])
def test_without_a_duration_nothing_is_known(seconds):
    assert compare(OWN, RoomCopy(1, "cd", seconds)) is Likeness.UNKNOWN


def test_the_file_plays_for_the_film_it_was_named_for_and_for_likely_copies_of_others():
    assert choose(FILM, OWN, Likeness.DIFFERENT, insists=True, base_url=BASE).opens == str(OWN.path)
    assert choose(FILM, OWN, Likeness.SIMILAR, insists=False, base_url=BASE).copy == "similar"
    other = choose(FILM, OWN, Likeness.UNKNOWN, insists=False, base_url=BASE)
    assert (other.opens, other.copy, other.is_own) == (f"{BASE}/media/library/7", None, False)


def test_a_room_in_which_everyone_brings_the_file_has_no_address():
    own_media = Media(url="own:ab", kind="video", title="Film", source="own", sha256="ab", size=1)
    choice = choose(own_media, None, Likeness.UNKNOWN, insists=False, base_url=BASE)
    assert (choice.opens, choice.copy, choice.is_own) == (None, "missing", False)


@pytest.mark.parametrize(
    ("url", "mine"),
    [
        ("/media/library/7", True),
        ("https://watch.example/x.mp4", True),
        ("http://watch.example/x.mp4", False),
        ("https://watch.example.evil/x.mp4", False),
        ("https://cdn.example/x.mp4", False),
        ("//cdn.example/x.mp4", False),
    ],
)
def test_the_token_goes_to_the_server_of_the_room_only(url: str, mine: bool):
    media = Media(url=url, kind="video", title="Film")
    assert choose(media, None, Likeness.UNKNOWN, insists=False, base_url=BASE).with_token is mine
