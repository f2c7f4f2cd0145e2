# ruff: noqa: RUF001  # ambiguous characters are the subject of these tests
from __future__ import annotations

import sys
import unicodedata
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.confusables import look_alike_keys
from watchium.text import (
    LONGEST_RUN,
    MARKS_IN_A_ROW,
    clean,
    is_one_emoji,
    media_time,
    normalized,
    piles_up_marks,
)

NORMALIZE = unicodedata.normalize
texts = st.text(st.characters(exclude_categories=["Cs"]))
# Difficult characters: joiners, marks, selectors, tags, letters that join, spaces, emoji.
difficult_texts = st.text(
    st.sampled_from(
        "a é\u0301\u0308\u20dd\u200b\u200c\u200d\u202e\u2066\ufe0f\u2800\u3164\u034f"
        "می\u064eक\u094dष\u1100\u1161\u11a81#\u20e3❤👩🏽🇩🇪🏴\U000e0067\U000e007f\n\x00"
    )
)
forms = st.sampled_from(["NFC", "NFKC"])


@given(texts | difficult_texts, forms)
def test_cleaning_is_idempotent(text, form):
    cleaned = clean(text, form)
    assert clean(cleaned, form) == cleaned


@given(texts | difficult_texts, forms)
def test_cleaned_text_is_composed_and_has_no_blanks_at_its_ends(text, form):
    cleaned = clean(text, form)
    assert unicodedata.is_normalized(form, cleaned)
    assert cleaned == " ".join(cleaned.split())


@given(texts | difficult_texts)
def test_cleaned_text_has_no_control_or_bidi_characters(text):
    cleaned = clean(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cs", "Co"} for c in cleaned)
    assert not any(
        unicodedata.bidirectional(c) in {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
        for c in cleaned
    )
    assert not set(cleaned) & set("\u00ad\u034f\u061c\u200b\u200e\u200f\u2060\u3164\ufeff")


@given(texts | difficult_texts)
def test_at_most_four_marks_follow_one_another(text):
    row = 0
    for character in clean(text):
        row = row + 1 if unicodedata.category(character)[0] == "M" else 0
        assert row <= MARKS_IN_A_ROW


def test_two_halves_of_a_flag_become_one():
    assert clean("🇩\u034f🇩\ufe0f") == clean(clean("🇩\u034f🇩\ufe0f")) == "🇩🇩"


@given(difficult_texts)
def test_line_breaks_are_kept_on_request(text):
    cleaned = clean(text, lines=True)
    assert clean(cleaned, lines=True) == cleaned
    assert cleaned.count("\n") <= text.count("\n")


@pytest.mark.parametrize(
    "emoji",
    [
        "👍",
        "👍🏿",
        "👩🏽‍💻",
        "👨‍👩‍👧‍👦",
        "🧑🏻‍🤝‍🧑🏿",
        "🏳️‍🌈",
        "🏴‍☠️",
        "❤️‍🔥",
        "⛹🏽‍♀️",
        "👁️‍🗨️",
        "🇩🇪",
        "1️⃣",
        "#️⃣",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "‼️",
        "☎️",
        "🅰️",
    ],
)
def test_an_emoji_is_unchanged(emoji):
    assert clean(f"so {emoji}!") == f"so {emoji}!"
    assert is_one_emoji(emoji)


def test_an_emoji_newer_than_this_python_is_unchanged():
    assert clean("\U0001fae9") == "\U0001fae9"


@pytest.mark.parametrize(
    "text",
    [
        "مُحَمَّد رسول",
        "می‌خواهم کتاب‌ها را",  # Persian: the non-joiner is part of the spelling
        "שָׁלוֹם עֲלֵיכֶם",
        "क्‍ष और र्‍य",  # Hindi: joiners select the shape
        "ශ්‍රී ලංකා",
        "กุ้งเผ็ด",
        "Việt Nam",
        "Ελληνικά, русский, 日本語, 한국어",
        "€5 → £4.30 (½)",
    ],
)
def test_scripts_of_the_world_are_unchanged(text):
    assert clean(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\u200bb\u200cc\u200dd", "abcd"),
        ("\u202egnp.exe", "gnp.exe"),
        ("\u2066x\u2069", "x"),
        ("a\x00b\x1bc\x7f", "abc"),
        ("x" + "\u0336" * 40 + "y", "x" + "\u0336" * 4 + "y"),
        ("x" + "\u0336\u200b" * 40, "x" + "\u0336" * 4),
        ("soft\u00adhyphen\ufeff", "softhyphen"),
        ("a\U000e0041\U000e0042", "a"),
        ("👍\u200d\u200d👍", "👍👍"),
        ("👍\u200d", "👍"),
        (" two\n\n lines\t", "two lines"),
        ("a\u3000b", "a b"),
    ],
)
def test_invisible_reordering_and_stacked_characters_are_removed(text, cleaned):
    assert clean(text) == cleaned


def test_lone_surrogates_are_removed():
    assert clean("a\ud800b") == "ab"


def longest_run_of_sorted(text: str) -> int:
    """The longest run that normalisation has to sort: characters that decompose into marks only."""
    longest = run = 0
    for character in text:
        marks = all(unicodedata.combining(part) for part in NORMALIZE("NFKD", character))
        run = run + 1 if marks else 0
        longest = max(longest, run)
    return longest


# Marks of several classes in an unsorted order; some become adjacent when invisible characters are removed.
@pytest.mark.parametrize(
    "unit",
    [
        "\u0345\u0301\u0328\u0323",
        "\u0345\u200b\u0301\u0328\u200b",
        "\uff9e\u0301",
        "\u0f73\u0344",
        "\U0001d165\u0323",
    ],
)
@pytest.mark.parametrize("work", [clean, lambda text: clean(text, "NFKC"), look_alike_keys])
def test_no_long_run_of_marks_is_sorted(unit: str, work):
    seen: list[int] = []

    def recorded(form: str, text: str) -> str:
        seen.append(longest_run_of_sorted(text))
        return NORMALIZE(form, text)

    with patch.object(unicodedata, "normalize", recorded):
        work("a" + unit * 300)
    assert seen
    assert max(seen) <= LONGEST_RUN


def test_every_character_that_decomposes_into_marks_counts_as_a_mark():
    for number in range(sys.maxunicode + 1):
        character = chr(number)
        if unicodedata.combining(character) or unicodedata.decomposition(character):
            parts = NORMALIZE("NFKD", character)
            only_marks = all(unicodedata.combining(part) for part in parts)
            assert piles_up_marks(character * 31) or not only_marks, hex(number)


@given(texts | difficult_texts, st.sampled_from(["NFC", "NFKC", "NFKD"]))
def test_texts_without_long_runs_are_normalised_as_by_unicodedata(text, form):
    if not piles_up_marks(text):
        assert normalized(form, text) == unicodedata.normalize(form, text)


@given(st.text(st.sampled_from("ab\u0301\u0323\uff9e"), max_size=200))
def test_a_long_run_of_marks_is_found_at_any_position(text):
    runs = "".join("x" if character in "\u0301\u0323\uff9e" else " " for character in text).split()
    assert piles_up_marks(text) == any(len(run) > LONGEST_RUN for run in runs)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0.4, "0:00"), (59.9, "0:59"), (225, "3:45"), (3600, "1:00:00"), (7082, "1:58:02")]
)
def test_a_position_is_written_as_players_show_it(seconds, shown):
    assert media_time(seconds) == shown
