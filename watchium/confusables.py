"""Keys that confusable names share: names that differ in case, form, accents, spaces or similar shapes only. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from watchium.confusable_characters import CONFUSABLES
from watchium.text import normalized

# Characters of the same shape in any case: zero and O; one, small l, capital I and the vertical bar.
_SHAPES = str.maketrans("01i|", "olll")
_PAIRS = (("rn", "m"), ("vv", "w"))
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
_OVERLAY = 1  # the combining class of strokes through a letter
# Blank in spite of a category of letter or symbol.
_BLANK = set("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159")


def _table() -> dict[int, str]:
    rows = (line.split() for line in CONFUSABLES.split("\n") if line)
    return {
        int(number, 16): "".join(chr(int(one, 16)) for one in shape.split("+"))
        for shape, *numbers in rows
        for number in numbers
    }


_CONFUSABLES = _table()


@lru_cache(maxsize=4096)
def look_alike_keys(name: str) -> frozenset[str]:
    """One or two keys. Names that share a key look alike; names that differ only in case always share one.

    Two, because a capital letter of another script may resemble a different Latin letter than its small form does.
    """
    plain = "".join(character for character in normalized("NFKD", name) if _has_shape(character))
    return frozenset((_shape(plain.casefold()), _shape(plain)))


def _shape(text: str) -> str:
    shaped = normalized("NFKD", text).translate(_CONFUSABLES).casefold().translate(_SHAPES)
    for pair, letter in _PAIRS:
        shaped = shaped.replace(pair, letter)
    return shaped


def _has_shape(character: str) -> bool:
    category = unicodedata.category(character)
    if category[0] == "M":
        return not _is_accent(character, category)
    return category[0] != "Z" and category not in _HIDDEN and character not in _BLANK


def _is_accent(character: str, category: str) -> bool:
    """Whether the mark hardly changes the look of a letter, unlike the vowels and tones of Indic and Thai scripts."""
    above_or_below = unicodedata.combining(character)
    return category == "Me" or above_or_below >= 200 or 10 <= above_or_below <= 36 or _is_selector(character)


def _is_selector(character: str) -> bool:
    return (
        "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
        or character == "\u034f"
    )


def is_decoration(character: str) -> bool:
    """Whether a word is read the same without this character: an accent, a stroke through a letter, invisible."""
    category = unicodedata.category(character)
    if category[0] == "M":
        return unicodedata.combining(character) == _OVERLAY or _is_accent(character, category)
    return category == "Cf" or character in _BLANK


def without_disguise(word: str) -> str:
    """Return the word with letters of other scripts as the Latin ones they look like, if it has Latin ones too."""
    if word.isascii() or not any(character.isascii() and character.isalpha() for character in word):
        return word
    shapes = "".join(one if one.isascii() else _CONFUSABLES.get(ord(one), one) for one in word)
    return "".join(one for one in shapes.casefold() if not is_decoration(one))
