from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.domain.library import problems
from playback.domain.library.problems import PIXELS, SENTENCES, read, refusal
from watchium.sentences import Sentence

codecs = st.text(st.characters(categories=["Lu", "Ll", "Nd"], include_characters=" -."), max_size=20)
names = {name for sentence in SENTENCES for name in problems._pattern(sentence).groupindex}


@given(st.sampled_from(SENTENCES), st.fixed_dictionaries(dict.fromkeys(names, codecs)))
def test_a_stored_sentence_is_read_as_itself(sentence: str, values: dict[str, str]):
    text = sentence.format(**values)
    assert str(read(text)) == text
    assert "{" not in sentence or read(text).text in SENTENCES


def test_the_sentence_with_more_values_is_preferred():
    found = read(PIXELS.format(codec="H.264", pixels="10 bit"))
    assert (found.text, {name: str(value) for name, value in found.values.items()}) == (
        PIXELS,
        {"codec": "H.264", "pixels": "10 bit"},
    )


def test_a_problem_inside_a_sentence_is_read_too():
    inside = problems.PROBE_REFUSED.format(reason=" (moov atom not found)")
    found = read(problems.DAMAGED.format(problem=inside))
    assert found.text == problems.DAMAGED
    assert isinstance(found.values["problem"], Sentence)
    assert found.values["problem"].text == problems.PROBE_REFUSED


@pytest.mark.parametrize("text", ["", "Of another version.", "It has {neither}."])
def test_another_text_stays_as_it_is(text: str):
    assert str(read(text)) == text


def test_a_refusal_names_the_remedy_if_there_is_one():
    assert str(refusal("A {b}", "no", problems.ENCRYPTED)) == "“A {b}” cannot be played. It is encrypted."
    refused = str(refusal("Film", "transcode", problems.AVI))
    assert refused == f"“Film” cannot be played. {problems.AVI} It has to be converted first."
