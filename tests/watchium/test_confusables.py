# ruff: noqa: RUF001
from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.confusables import look_alike_keys


def alike(first: str, second: str) -> bool:
    return not look_alike_keys(first).isdisjoint(look_alike_keys(second))


@pytest.mark.parametrize(
    "other",
    ["alice", "ALICE", "Аlісе", "A l i c e", "Al\u200bice", "𝐀𝐥𝐢𝐜𝐞", "Ａｌｉｃｅ", "A1ice", "AIice", "Álice"],
)
def test_a_name_in_other_forms_and_scripts_looks_alike(other):
    assert alike(other, "Alice")


@pytest.mark.parametrize(
    "other",
    [
        *("Maгia", "Mᴀria", "ᎷaᎡia", "ᗰaria", "Ⅿaria", "Mɑria", "Mariạ", "Mar|a", "rnaria", "🅼aria", "Ɱaria"),
        *("Maria\u3164", "Maria\u034f", "M\u2060aria", "ꓟaria", "Mаrıa", "ΜΑRΙΑ"),
    ],
)
def test_names_with_characters_of_the_same_shape_look_alike(other):
    assert alike(other, "Maria")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Ärger", "ärger"),
        ("ΣΑΣ", "σας"),
        ("Straße", "STRASSE"),
        ("\u039dick", "nick"),  # a Greek capital looks like N, its small letter like v
        ("\u03bdick", "Vick"),
        ("Iil", "lil"),
        ("0scar", "OSCAR"),
        ("vvill", "will"),
        ("ﬁle", "file"),
        ("\u212aim", "kim"),
        ("İlker", "ılker"),
    ],
)
def test_pairs_that_look_alike(first, second):
    assert alike(first, second)


def test_different_names_share_no_key():
    names = ["Alice", "Alicia", "Ana", "Ava", "Bob", "Mira", "Миша", "Маша", "美咲", "محمد", "__proto__"]
    names += ["राम", "रीमा", "กิ", "กุ", "か", "が", "Maria.", "Maria (2)", "👍", "👎"]
    keys = [key for name in names for key in look_alike_keys(name)]
    assert len(set(keys)) == sum(len(look_alike_keys(name)) for name in names)


@given(st.text(max_size=40))
def test_names_that_differ_only_in_case_or_form_share_a_key(name):
    assert alike(name, name.casefold())
    assert alike(name, unicodedata.normalize("NFKC", name))
    assert alike(name, unicodedata.normalize("NFD", name))
