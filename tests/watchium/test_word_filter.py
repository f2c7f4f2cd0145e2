from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.protocol.errors import BadMessage
from watchium.protocol.moderation.commands import MAX_FILTER_WORDS
from watchium.word_filter import WordFilter, WordPattern, clean_filter, compiled, without_accents

MATCHES = [
    ("damn", "Damn! That hurts"),
    ("damn", "DAMN"),
    ("damn", "ok,damn,ok"),
    ("damn", "_damn_"),
    ("damn", "d\u0430mn"),  # a Cyrillic letter
    ("damn", "\uff44\uff41\uff4d\uff4e"),  # full width
    ("spoil*", "no spoilers please"),
    ("*spoil*", "unspoiled"),
    ("f*k", "fork"),
    ("game over", "It is GAME   over."),
    ("dumbled* dies", "Dumbledore dies!"),
    ("straße", "STRASSE"),
    ("плохо", "это ПЛОХО"),
    ("*馬鹿*", "この馬鹿者"),
    ("badword", "b\u0335adword"),  # a stroke through a letter
    ("badword", "bad\u0301word"),
    ("badword", "bádwörd"),
    ("bodword", "bødwørd"),
    ("bádword", "badword"),
    ("bad*", "b\u0336a\u0336d\u0336l\u0336y\u0336"),
    ("badword", "ba||dw||ord"),
    ("badword", "||badword||"),
    ("badword", "no||badword||yes"),
    ("badword", "b||||adword"),
    ("game over", "game ||over||"),
    ("badword", "bad\u200bword"),
    ("badword", "bad\u00ad\u2060word"),
    ("badword", "bad\ufe0fword"),
    ("badword", "b\u0430\u0301dword"),  # a Cyrillic letter with an accent
    ("ёлка", "елка"),
    ("がぎ", "か\u3099き\u3099"),
    ("한국", unicodedata.normalize("NFD", "한국")),
]
PASSES = [
    ("damn", "damnation"),
    ("ass", "a class of grass"),
    ("spoil*", "despoil"),
    ("f*k", "f k"),
    ("game over", "game is over"),
    ("game over", "over game"),
    ("damn", "да мн"),
    ("a*b*c", "acb"),
    ("aa*aa", "aaa"),
    ("か", "が"),  # another sound, not an accent
    ("กา", "กำ"),
    ("badword", "bad||\n||word"),
    ("badword", "bad\nword"),
]


@pytest.mark.parametrize(("entry", "text"), MATCHES)
def test_matches(entry: str, text: str):
    assert WordFilter([entry]).matches(text)


@pytest.mark.parametrize(("entry", "text"), PASSES)
def test_passes(entry: str, text: str):
    assert not WordFilter([entry]).matches(text)


LETTERS = st.text("ab", max_size=8)


@given(pattern=st.text("ab*", min_size=1, max_size=8), word=LETTERS)
def test_a_pattern_matches_as_the_regular_expression_that_it_stands_for(pattern: str, word: str):
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), word) is not None
    assert WordPattern.parse(pattern).matches(word) == expected


@given(
    entries=st.lists(st.text("ab* ", min_size=1, max_size=8), max_size=5),
    words=st.lists(st.text("ab", min_size=1, max_size=6), max_size=8),
)
def test_a_filter_matches_if_words_in_a_row_match_an_entry(entries: list[str], words: list[str]):
    def occurs(entry: str) -> bool:
        wanted = entry.split()
        rows = (words[at : at + len(wanted)] for at in range(len(words)))
        return bool(wanted) and any(
            len(row) == len(wanted)
            and all(WordPattern.parse(p).matches(w) for p, w in zip(wanted, row, strict=True))
            for row in rows
        )

    assert WordFilter(entries).matches(", ".join(words)) == any(map(occurs, entries))


@given(text=st.text(max_size=60))
def test_a_text_contains_each_of_its_words_in_any_case(text: str):
    words = re.findall(r"[^\W_]+", without_accents(text))
    for word in words:
        assert WordFilter([word]).matches(text)
        assert WordFilter([word.upper()]).matches(text)


def test_a_hostile_filter_and_text_take_few_steps():
    entries = ["*".join("ab" * 20)[:60] + "c" for _ in range(1)] * MAX_FILTER_WORDS
    calls = 0

    class Counting(str):
        __slots__ = ()

        def find(self, *args):  # type: ignore[override]
            nonlocal calls
            calls += 1
            return super().find(*args)

    assert not WordPattern.parse(entries[0]).matches(Counting("ab" * 250))
    assert calls <= len(entries[0])


@pytest.mark.parametrize("entry", ["*", "!!", " ", "___"])
def test_an_entry_without_letters_is_refused_or_left_out(entry: str):
    if entry.strip():
        with pytest.raises(BadMessage):
            clean_filter([entry])
    else:
        assert clean_filter([entry]) == []


def test_entries_are_stored_once_and_trimmed():
    assert clean_filter(["  damn ", "damn", "game   over"]) == ["damn", "game over"]


def test_too_many_words_are_refused():
    with pytest.raises(BadMessage):
        clean_filter([f"word{n}" for n in range(MAX_FILTER_WORDS + 1)])


def test_a_filter_is_compiled_once_until_it_changes():
    assert compiled("a\nb") is compiled("a\nb")
    assert compiled("a\nb") is not compiled("a")
