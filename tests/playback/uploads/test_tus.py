from __future__ import annotations

import base64

from hypothesis import given
from hypothesis import strategies as st

from playback.uploads.tus import metadata, number
from tests.playback.uploads.fixtures import metadata as encoded


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text(max_size=50), max_size=20))
def test_metadata_is_decoded_as_it_was_encoded(texts):
    assert metadata(encoded(**texts)) == texts


@given(st.text(max_size=200))
def test_any_header_is_metadata_or_none(header):
    assert all(isinstance(value, str) for value in metadata(header).values())


def test_what_cannot_be_read_is_left_out():
    title = base64.b64encode("Bä".encode()).decode()
    assert metadata(f"bad !!!,title {title},latin {base64.b64encode(bytes([255])).decode()}") == {
        "title": "Bä"
    }
    assert metadata(",".join(f"a{n} eA==" for n in range(100))).keys() == {f"a{n}" for n in range(20)}


def test_numbers_are_plain():
    assert [number(text) for text in ("0", "7", "007")] == [0, 7, 7]
    for text in (None, "", "-1", "+1", "1.0", " 1", "\u0663", "1" * 19, "x"):
        assert number(text) is None
