from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.conf import settings
from django.utils.translation import override

from rooms.display_names import NAME_CHARS, clean_name, generate_name
from rooms.guest_names import generate

LANGUAGES = [code for code, _ in settings.LANGUAGES]


def longest(words: Sequence[str]) -> str:
    return max(words, key=len)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_fits_and_is_as_people_could_have_typed_it(language: str):
    seen: list[Sequence[str]] = []
    name = generate(language, lambda words: seen.append(words) or longest(words))
    assert len(name) <= NAME_CHARS
    assert clean_name(name) == name
    adjectives, animals = seen
    assert len({*adjectives}) * len({*animals}) == len(adjectives) * len(animals) > 300


def test_a_name_is_in_the_language_of_the_request_and_in_english_otherwise():
    first = lambda words: words[0]  # noqa: E731
    assert generate("de", first) == "Flinker Adler"
    assert generate("ja", first) == "あかるいアザラシ"
    assert generate("fr", first) == "Blaireau Agile"
    assert generate("pt", first) == generate("en", first) == "Amber Badger"
    with override("ja"):
        assert not generate_name().isascii()
