"""Which names people would take for each other: by case, form, accents, spaces and characters of one shape. Pure."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from watchium.confusable_characters import CONFUSABLES
from watchium.text import normalized

# Shapes that stand for each other whatever their case: zero and O; one, small l, capital I and the bar.
_SHAPES = str.maketrans("01i|", "olll")
_PAIRS = (("rn", "m"), ("vv", "w"))
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
# Blank though their categories say letter or symbol.
_BLANK = set("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159")


def _table() -> dict[int, str]:
    alike = (line.split() for line in CONFUSABLES.split("\n") if line)
    return {
        int(number, 16): "".join(chr(int(one, 16)) for one in shape.split("+"))
        for shape, *numbers in alike
        for number in numbers
    }


_CONFUSABLES = _table()


@lru_cache(maxsize=4096)
def look_alike_keys(name: str) -> frozenset[str]:
    """One or two keys. Names that share one look alike, and names that differ in case only always share one.

    Two, because a capital letter of another script may look like another Latin letter than its small one does.
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
    """A mark that changes the look of a letter little, unlike the vowels and tones of Indic and Thai writing."""
    above_or_below = unicodedata.combining(character)
    return category == "Me" or above_or_below >= 200 or 10 <= above_or_below <= 36 or _is_selector(character)


def _is_selector(character: str) -> bool:
    return (
        "\ufe00" <= character <= "\ufe0f"
        or "\U000e0100" <= character <= "\U000e01ef"
        or character == "\u034f"
    )
