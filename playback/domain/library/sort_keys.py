"""Case folding for search, and sort keys that ignore case and accents and order numbers by value. Pure."""

from __future__ import annotations

import re
import unicodedata

from watchium.text import normalized

# Letters that people type as plain ones, and that NFKD does not decompose.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
_NUMBER = re.compile(r"[0-9]{1,9}")


def folded(text: str) -> str:
    """Return the text without case and accents: "Björk" is "bjork"."""
    # Decomposed twice: before, so that a script B becomes a B; after, because folding makes some letters decomposable.
    plain = normalized("NFKD", text).casefold()
    decomposed = normalized("NFKD", plain)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(_PLAIN)


def name_key(text: str, limit: int) -> str:
    """Return a sort key that puts an empty name last, whatever the collation of the database."""
    return f"1{sort_key(text, limit - 1)}" if text else "2"


def sort_key(text: str, limit: int) -> str:
    """Return at limit `limit` characters; "Song 2" comes before "Song 10"."""
    return _NUMBER.sub(lambda number: number[0].zfill(9), folded(text))[:limit]


def path_key(path: str, limit: int) -> str:
    """Sort a file within its folder, as file names begin with the track number. Keep the end of a long path."""
    return sort_key(path, 9 * len(path))[-limit:]
