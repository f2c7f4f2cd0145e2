"""Text from people made safe to show: composed, without characters that hide, reorder or pile up. Pure.

What is invisible goes, with three exceptions that writing needs: joiners, selectors and tags inside an emoji, the
non-joiner of Persian and its neighbours, and joiners after a virama (as in RFC 5892, appendix A.1 and A.2).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Form = Literal["NFC", "NFKC", "NFKD"]
MARKS_IN_A_ROW = 4
LONGEST_RUN = (
    30  # of marks that are normalised: what Unicode calls stream-safe (UAX 15), more than any writing has
)
WRITTEN_PER_SHOWN = (
    4  # code points that people type for each character that is left: a letter of Vietnamese has three
)
_MARKS_LATER = "\uff9e\uff9f"  # letters that NFKC and NFKD make marks of
_NON_JOINER = "\u200c"
_JOINER = "\u200d"
_VIRAMA = 9  # a canonical combining class
# Categories of controls, formats, surrogates, private use and what this Python's Unicode does not know.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
# Blank though their categories say letter, mark or symbol: fillers, vowels without shape, selectors, empty braille.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d159"
    "\U000e0000-\U000e0fff]"
)

# Emoji of any version of Unicode, this Python's and later ones.
_SKIN = "[\U0001f3fb-\U0001f3ff]"
_PICTURE = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u2199\u21a9\u21aa\u231a-\u23ff\u24c2\u25aa-\u25fe\u2600-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_REGION = "[\U0001f1e6-\U0001f1ff]"
_KEYCAP = "[0-9#*]\ufe0f?\u20e3"
_TAGGED = (
    "\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,8}\U000e007f"  # flags of England, Wales ...
)
# Half a flag is no picture: what stands behind it would stay only until the other half comes beside it.
_ONE = f"(?!{_REGION}){_PICTURE}(?:{_SKIN}|[\ufe0e\ufe0f])?"
_EMOJI = f"{_TAGGED}|{_KEYCAP}|{_REGION}{{2}}|{_ONE}(?:{_JOINER}{_ONE})*"
_emoji = re.compile(f"({_EMOJI})")
_only_emoji = re.compile(f"(?!{_SKIN}|{_REGION}(?!{_REGION}))(?:{_EMOJI})")


def clean(text: str, form: Form = "NFC", *, lines: bool = False) -> str:
    """The text normalised to `form`, without control, bidi, zero-width and unassigned characters.

    Emoji stay as they are; at most four combining marks follow one another; white space at the ends goes and,
    unless `lines`, every run of white space becomes one space. May be empty; cleaning twice is cleaning once.
    """
    pieces = _emoji.split(normalized(form, text))
    # Every second piece is an emoji. What is taken away may bring a letter and its mark together: composed again.
    shown = "".join(piece if index % 2 else _visible(piece) for index, piece in enumerate(pieces))
    composed = _without_piles(normalized(form, shown))
    if lines:
        return "\n".join(" ".join(line.split()) for line in composed.split("\n")).strip()
    return " ".join(composed.split())


def normalized(form: Form, text: str) -> str:
    """`unicodedata.normalize` in linear time: of marks that follow one another only the first 30 are looked at.

    Python sorts the marks behind a letter by insertion, which takes quadratic time: 170 ms for 16 KB of them.
    """
    return unicodedata.normalize(form, _with_short_runs(text))


def piles_up_marks(text: str) -> bool:
    """Whether more than 30 marks follow one another somewhere."""
    return _with_short_runs(text) is not text


def is_too_long(text: str, most: int) -> bool:
    """Whether more was typed than can be `most` characters when it is clean, without looking at it."""
    return len(text) > WRITTEN_PER_SHOWN * most


def is_one_emoji(text: str) -> bool:
    """One picture as people see it, whatever it is made of: a family, a flag, a keycap."""
    return _only_emoji.fullmatch(text) is not None


def _visible(text: str) -> str:
    kept: list[str] = []
    for index, character in enumerate(text):
        following = text[index + 1 : index + 2]
        if _may_stay(character, kept[-1] if kept else "", following):
            kept.append(" " if character == "\u2800" else character)
    return "".join(kept)


def _may_stay(character: str, before: str, after: str) -> bool:
    if character in (_NON_JOINER, _JOINER):
        return bool(before and after) and _joins(character, before, after)
    if character.isspace() or character == "\u2800":
        return True
    return not _BLANK.match(character) and unicodedata.category(character) not in _HIDDEN


def _joins(joiner: str, before: str, after: str) -> bool:
    """Whether the writing around it looks different without this joiner."""
    if unicodedata.combining(before) == _VIRAMA:
        return unicodedata.category(after) == "Lo"
    arabic = unicodedata.bidirectional(before) in ("AL", "NSM") and unicodedata.bidirectional(after) == "AL"
    return joiner == _NON_JOINER and arabic


def _becomes_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M" or character in _MARKS_LATER


def _with_short_runs(text: str) -> str:
    """The text itself where it has no run of more than 30 marks, else without the rest of each."""
    # In each longer run one of these is a mark: mostly nothing else has to be looked at.
    if not any(_becomes_mark(character) for character in text[LONGEST_RUN :: LONGEST_RUN + 1]):
        return text
    kept: list[str] = []
    run = 0
    for character in text:
        run = run + 1 if _becomes_mark(character) else 0
        if run <= LONGEST_RUN:
            kept.append(character)
    return "".join(kept) if len(kept) < len(text) else text


def _without_piles(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
