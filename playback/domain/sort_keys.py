"""Words as they are searched for and sorted by: without case, accents, or a difference between 2 and 10; pure."""

from __future__ import annotations

import re
import unicodedata

from watchium.text import normalized

# Letters that people type without what makes them others, and that do not fall apart by themselves.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_NUMBER = re.compile(r"[0-9]{1,9}")


def folded(text: str) -> str:
    """ "Björk" is "bjork"."""
    # Taken apart before and after: a script B is a B only then, and some letters fall apart by losing their case.
    plain = normalized("NFKD", text).casefold()
    apart = normalized("NFKD", plain)
    return "".join(letter for letter in apart if not unicodedata.combining(letter)).translate(_PLAIN)


def name_key(text: str, most: int) -> str:
    """The same for what may have no name: that comes last, whatever a database makes of the first letters."""
    return f"1{sort_key(text, most - 1)}" if text else "2"


def sort_key(text: str, most: int) -> str:
    """At most so many characters; "Song 2" comes before "Song 10"."""
    return _NUMBER.sub(lambda number: number[0].zfill(9), folded(text))[:most]


def path_key(path: str, most: int) -> str:
    """Where a file stands in its folder: names of files begin with the number of the track. Its end is what counts."""
    return sort_key(path, 9 * len(path))[-most:]
