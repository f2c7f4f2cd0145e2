from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.library.kinds import begins_as, extension_of, kind_of
from playback.library.places import within
from playback.library.tags import LONGEST_S, seconds
from playback.library_api import mark_of, place_in
from playback.models.items import LONGEST_KEYS, ORDERS, Place
from playback.sources import MIMES
from watchium.wire.errors import BadMessage

extensions = st.sampled_from(sorted(MIMES))


@given(st.binary(max_size=20), extensions)
def test_any_bytes_begin_as_a_kind_or_do_not(head: bytes, extension: str):
    assert begins_as(head, extension) in (True, False)
    assert kind_of(extension) in ("audio", "video")


@given(st.text(max_size=30))
def test_a_name_has_one_of_our_extensions_or_none(name: str):
    extension = extension_of(name)
    assert extension is None or (extension in MIMES and name.lower().endswith(f".{extension}"))


@given(st.text(max_size=40) | st.lists(st.sampled_from(["..", ".", "", "a", ".b", "etc"])).map("/".join))
def test_no_path_leads_out_of_the_library(path: str):
    place = within(Path("/usr"), path)
    assert place is None or Path("/usr") in place.resolve().parents


@given(st.floats() | st.integers() | st.text(max_size=10) | st.none())
def test_a_length_is_one_that_the_wire_takes_or_unknown(said):
    found = seconds(said)
    assert found is None or 0 <= found <= LONGEST_S


letters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])


def places_in(order: str) -> st.SearchStrategy[Place]:
    keys = st.tuples(*(st.text(letters, max_size=LONGEST_KEYS[column]) for column in ORDERS[order]))
    return st.builds(Place, keys, st.integers(0, 2**53))


@given(st.sampled_from(list(ORDERS)).flatmap(lambda order: st.tuples(st.just(order), places_in(order))))
def test_a_mark_leads_back_to_its_place_in_its_own_order_alone(of: tuple[str, Place]):
    order, place = of
    mark = mark_of(place, order)
    assert place_in(mark, order) == place
    for other in ORDERS.keys() - {order}:
        with pytest.raises(BadMessage):
            place_in(mark, other)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("letter", ["\1", "\U0001f300"])
def test_the_longest_mark_there_can_be_is_taken(order: str, letter: str):
    place = Place(tuple(letter * LONGEST_KEYS[column] for column in ORDERS[order]), 2**53)
    assert place_in(mark_of(place, order), order) == place


@given(st.text(max_size=60) | st.from_regex(r"[A-Za-z0-9_-]{1,80}", fullmatch=True))
def test_any_mark_is_a_place_or_refused(mark: str):
    try:
        place = place_in(mark, "title")
    except BadMessage:
        return
    assert "\0" not in place.keys[0]
