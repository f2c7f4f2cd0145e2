from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.syncplay.room_reference import Kind, Reference, references


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("k7m2p9x4wd", Reference(Kind.ROOM_ID, "k7m2p9x4wd")),
        (" K7M2P9X4WD ", Reference(Kind.ROOM_ID, "k7m2p9x4wd")),
        ("https://watch.example.org/rooms/k7m2p9x4wd/", Reference(Kind.ROOM_ID, "k7m2p9x4wd")),
        ("watch.example.org:8000/rooms/k7m2p9x4wd/?x=1#y", Reference(Kind.ROOM_ID, "k7m2p9x4wd")),
        ("https://watch.example.org/r/film-club", Reference(Kind.SLUG, "film-club")),
        ("https://watch.example.org/j/bcdfgh/", Reference(Kind.CODE, "BCDFGH")),
        ("+k7m2p9x4wd:WATCHIUM0000", Reference(Kind.ROOM_ID, "k7m2p9x4wd")),
        ("+k7m2p9x4wd:WATCHIUM0000:AB-123-456", Reference(Kind.ROOM_ID, "k7m2p9x4wd")),
        ("BCD-FGH", Reference(Kind.CODE, "BCDFGH")),
        ("bcd fgh", Reference(Kind.CODE, "BCDFGH")),
        ("film-club", Reference(Kind.SLUG, "film-club")),
    ],
)
def test_what_people_type(typed: str, meant: Reference):
    assert references(typed)[0] == meant


@pytest.mark.parametrize("nothing", ["", "  ", "https://watch.example.org/", "https://[", "/"])
def test_what_means_no_room(nothing: str):
    assert references(nothing) == []


@given(st.text(max_size=200))
def test_any_text_is_understood_or_means_nothing(typed: str):
    assert all(reference.value for reference in references(typed))
