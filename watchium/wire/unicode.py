"""Text from people made safe to show: composed, without characters that hide, reorder or pile up. Pure."""

from __future__ import annotations

import unicodedata

MARKS_IN_A_ROW = 4
_JOINER = "\u200d"
_VARIATION = {"\ufe0e", "\ufe0f"}
# Letters of other scripts that look like Latin ones: what people use to pass for somebody else.
_LOOK_ALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u04bb\u043a\u043c\u0442\u03bf\u03b1\u03bd\u03c1\u0131\u03b5\u03b9\u03ba\u03c4\u03c5",
    "aeopcyxijhkmtoavpieiktu",
)


def clean(text: str, form: str = "NFC", *, lines: bool = False) -> str:
    """The text normalised to `form`, without control, bidi, zero-width and unassigned characters.

    A joiner between two emoji stays; at most four combining marks follow one another; white space at the ends goes
    and, unless `lines`, every run of white space becomes one space.
    """
    kept: list[str] = []
    marks = 0
    composed = unicodedata.normalize(form, text)
    for index, character in enumerate(composed):
        if not _may_stay(composed, index, lines):
            continue
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MARKS_IN_A_ROW:
            kept.append(character)
    joined = "".join(kept)
    if lines:
        return "\n".join(" ".join(line.split()) for line in joined.split("\n")).strip()
    return " ".join(joined.split())


def _may_stay(text: str, index: int, lines: bool) -> bool:
    character = text[index]
    if character == _JOINER:
        return 0 < index < len(text) - 1 and _is_pictorial(text[index - 1]) and _is_pictorial(text[index + 1])
    if character in _VARIATION:
        return index > 0 and not text[index - 1].isspace()
    if character.isspace():
        return True
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn"}


def _is_pictorial(character: str) -> bool:
    return unicodedata.category(character) in {"So", "Sk", "Mn"} or character in _VARIATION


def skeleton(name: str) -> str:
    """What a name looks like: equal skeletons are names that people would take for each other."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(c for c in plain if not unicodedata.combining(c) and not c.isspace())
    return bare.translate(_LOOK_ALIKES).replace("0", "o").replace("1", "l").replace("i", "l")
