from __future__ import annotations

import unicodedata
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import text
from chat.text import MAX_CHARS, clean_comment, clean_emoji, content_hash
from watchium.protocol.errors import BadMessage, TooLong

words = st.text(st.characters(exclude_categories=["Cs"]))


@given(words)
def test_a_comment_is_visible_and_not_too_long(text):
    try:
        cleaned = clean_comment(text)
    except BadMessage:
        return
    assert 0 < len(cleaned) <= MAX_CHARS
    assert cleaned == cleaned.strip()
    assert clean_comment(cleaned) == cleaned


@pytest.mark.parametrize(
    "text", ["", " ", "\n\t ", "\u200b", "\u2800 \u2800", "\u3164", "\u202e\u202c", "\ufe0f", "\x00"]
)
def test_invisible_text_is_refused(text):
    with pytest.raises(BadMessage):
        clean_comment(text)


def test_five_hundred_characters_are_a_comment_and_one_more_is_not():
    assert len(clean_comment("x" * 500)) == 500
    with pytest.raises(TooLong):
        clean_comment("x" * 501)


def test_removed_characters_do_not_count():
    assert clean_comment("\u200b" * 600 + "hello") == "hello"


def test_a_letter_and_its_combining_mark_count_as_one_character():
    assert len(clean_comment("e\u0301" * 500)) == 500


def test_excessive_text_is_refused_before_it_is_cleaned():
    with pytest.raises(TooLong):
        clean_comment("\u200b" * 1_000_000)
    with patch.object(text, "clean") as cleaning, pytest.raises(TooLong):
        clean_comment("\u0345\u0301\u0328\u0323" * 600)
    assert not cleaning.called


def test_five_hundred_letters_with_the_most_marks_of_any_script_are_accepted():
    assert len(clean_comment("a\u0302\u0323" * 500)) == 500


def test_markup_stays_text():
    assert clean_comment('<b>no</b> & "so"') == '<b>no</b> & "so"'


@pytest.mark.parametrize("emoji", ["👍", "❤️", "👩🏽‍💻", "🇩🇪", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍👩‍👧‍👦", "🏳️‍🌈"])
def test_one_emoji_is_a_reaction(emoji):
    assert clean_emoji(emoji) == emoji


@pytest.mark.parametrize("text", ["", "a", "1", "👍👍", "👍 ", "🇩", "\u200d", "👍\u200d", "🏽", "<b>"])
def test_other_text_is_not_a_reaction(text):
    with pytest.raises(BadMessage):
        clean_emoji(text)


@given(words, words)
def test_only_equal_comments_have_equal_hashes(one, other):
    assert (content_hash(one, None) == content_hash(other, None)) == (one == other)
    assert content_hash(one, None) != content_hash(one, 1)


def test_a_comment_is_normalized_to_composed_characters():
    assert clean_comment("cafe\u0301") == unicodedata.normalize("NFC", "cafe\u0301")
