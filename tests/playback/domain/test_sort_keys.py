from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.domain.library.sort_keys import folded, sort_key


@pytest.mark.parametrize(
    ("said", "typed"),
    [
        ("Björk", "bjork"),
        ("BØRNS", "borns"),
        ("Łona", "lona"),
        ("Sigur Rós", "sigur ros"),
        ("Straße", "strasse"),
        ("\u212ceta", "beta"),
    ],
)
def test_typed_text_finds_the_intended_title(said, typed):
    assert folded(said) == typed


@given(st.integers(0, 10**8), st.integers(0, 10**8))
def test_numbers_come_in_their_order(one, other):
    assert (sort_key(f"Song {one}", 300) < sort_key(f"Song {other}", 300)) == (one < other)


@given(st.text())
def test_folding_twice_is_folding_once_and_keys_are_bounded(text):
    assert folded(folded(text)) == folded(text)
    assert len(sort_key(text, 50)) <= 50
