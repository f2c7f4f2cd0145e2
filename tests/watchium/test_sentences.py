from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchium.protocol.errors import TooLong
from watchium.sentences import Counted, Sentence, lasting


class German:
    """A catalogue with some texts."""

    texts = {
        "At most {count} characters.": "Höchstens {count} Zeichen.",
        "Wait for {time}.": "Warte {time}.",
        "{count} day": "{count} Tag",
        "{count} days": "{count} Tage",
    }

    def gettext(self, message: str, /) -> str:
        return self.texts.get(message, message)

    def ngettext(self, singular: str, plural: str, number: int, /) -> str:
        return self.gettext(singular if number == 1 else plural)


def test_values_take_the_place_of_their_names():
    sentence = Sentence("At most {count} characters.", count=40)
    assert str(sentence) == "At most 40 characters."
    assert sentence.translated(German()) == "Höchstens 40 Zeichen."


def test_a_value_that_is_a_sentence_is_translated_with_it():
    sentence = Sentence("Wait for {time}.", time=Counted("{count} day", "{count} days", 2))
    assert str(sentence) == "Wait for 2 days."
    assert sentence.translated(German()) == "Warte 2 Tage."


def test_braces_in_a_text_without_values_and_in_values_stay():
    assert str(Sentence("{name} is a name")) == "{name} is a name"
    assert str(Sentence("Wait for {time}.", time="{count}")) == "Wait for {count}."


def test_errors_take_a_sentence_or_its_text():
    text, values = "At most {count} characters.", {"count": 40}
    for error in (TooLong(text, **values), TooLong(Sentence(text, **values))):
        assert (str(error), error.translated(German())) == ("At most 40 characters.", "Höchstens 40 Zeichen.")
    assert TooLong().translated(German()) == TooLong.message


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "1 second"),
        (1000, "1 second"),
        (1001, "2 seconds"),
        (119_000, "119 seconds"),
        (120_000, "2 minutes"),
        (7_199_000, "120 minutes"),
        (7_200_000, "2 hours"),
        (172_800_000, "2 days"),
    ],
)
def test_a_length_of_time_is_rounded_up_in_its_unit(ms: int, text: str):
    assert str(lasting(ms)) == text


@given(st.floats(min_value=0, max_value=1e11))
def test_a_length_of_time_is_never_shorter_than_the_time(ms: float):
    length = lasting(ms)
    unit_ms = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}[length.text.split()[1]] * 1000
    assert ms <= length.count * unit_ms < ms + unit_ms + 1001
