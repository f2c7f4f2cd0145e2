from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.domain.media_types import MIMES, extension_of
from playback.library.api import decode_cursor, encode_cursor
from playback.library.metadata.content_sniffing import Content, sniff
from playback.library.metadata.tags import LONGEST_S, seconds
from playback.library.safe_open import is_below, open_below
from playback.models.media_item_rows import LONGEST_KEYS, ORDERS, PageCursor
from watchium.protocol.errors import BadMessage


@given(st.binary(max_size=200), st.integers(0, 40))
def test_any_bytes_are_a_kind_or_none(head: bytes, zeros: int):
    content = sniff(BytesIO(bytes(zeros) + head))
    assert content is None or isinstance(content, Content)


@given(st.text(max_size=30))
def test_a_name_has_one_of_our_extensions_or_none(name: str):
    extension = extension_of(name)
    assert extension is None or (extension in MIMES and name.lower().endswith(f".{extension}"))


@given(st.text(max_size=40) | st.lists(st.sampled_from(["..", ".", "", "a", ".b", "etc"])).map("/".join))
def test_no_path_leads_out_of_a_folder(path: str):
    file = open_below(Path("/usr"), path)
    assert (file is not None) == is_below(Path("/usr"), path)
    if file is not None:
        file.close()
        assert Path("/usr") in (Path("/usr") / path).resolve().parents


@given(st.floats() | st.integers() | st.text(max_size=10) | st.none())
def test_a_duration_is_valid_in_the_protocol_or_unknown(said):
    found = seconds(said)
    assert found is None or 0 <= found <= LONGEST_S


letters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


def cursors_in(order: str) -> st.SearchStrategy[PageCursor]:
    keys = st.tuples(*(st.text(letters, max_size=LONGEST_KEYS[column]) for column in ORDERS[order]))
    return st.builds(PageCursor, keys, st.integers(0, 2**53))


@given(st.sampled_from(list(ORDERS)).flatmap(lambda order: st.tuples(st.just(order), cursors_in(order))))
def test_a_cursor_is_valid_in_its_own_order_only(of: tuple[str, PageCursor]):
    order, cursor = of
    text = encode_cursor(cursor, order)
    assert decode_cursor(text, order) == cursor
    for other in ORDERS.keys() - {order}:
        with pytest.raises(BadMessage):
            decode_cursor(text, other)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("letter", ["\1", "\U0001f300"])
def test_the_longest_possible_cursor_is_accepted(order: str, letter: str):
    cursor = PageCursor(tuple(letter * LONGEST_KEYS[column] for column in ORDERS[order]), 2**53)
    assert decode_cursor(encode_cursor(cursor, order), order) == cursor


@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_-]{1,80}", fullmatch=True))
def test_any_text_is_a_valid_cursor_or_rejected(cursor: str):
    try:
        place = decode_cursor(cursor, "title")
    except BadMessage:
        return
    assert "\0" not in place.keys[0]
