"""Cleans text from users for display: normalised, without invisible, reordering or stacked characters. Pure.

Invisible characters are removed, with three exceptions that scripts need: joiners, selectors and tags inside an emoji,
the non-joiner of Persian and related scripts, and joiners after a virama (RFC 5892, appendix A.1 and A.2).
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

Form = Literal["NFC", "NFKC", "NFKD"]
SPOILER = "||"  # before and after a text that is shown when it is pressed
MARKS_IN_A_ROW = 4
# Combining marks that are normalised together: Unicode's stream-safe limit (UAX 15), more than any script uses.
LONGEST_RUN = 30
# Code points typed for each character that remains after cleaning: a Vietnamese letter has three.
TYPED_PER_SHOWN = 4
_MARKS_LATER = "\uff9e\uff9f"  # letters that NFKC and NFKD turn into marks
_NON_JOINER = "\u200c"
_JOINER = "\u200d"
_FIRST_MARK = "\u0300"
_VIRAMA = 9  # a canonical combining class
# Categories: control, format, surrogate, private use, and unassigned in this Python's version of Unicode.
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn"}
# Blank in spite of a category of letter, mark or symbol: fillers, invisible vowels, selectors, blank braille.
_BLANK = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\U0001d159"
    "\U000e0000-\U000e0fff]"
)

# Emoji of all versions of Unicode, including versions later than this Python's.
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
# Half a flag is not a picture: a selector after it would be removed once the other half comes beside it.
_ONE = f"(?!{_REGION}){_PICTURE}(?:{_SKIN}|[\ufe0e\ufe0f])?"
_EMOJI = f"{_TAGGED}|{_KEYCAP}|{_REGION}{{2}}|{_ONE}(?:{_JOINER}{_ONE})*"
_emoji = re.compile(f"({_EMOJI})")
_only_emoji = re.compile(f"(?!{_SKIN}|{_REGION}(?!{_REGION}))(?:{_EMOJI})")


def clean(text: str, form: Form = "NFC", *, lines: bool = False) -> str:
    """The text normalised to `form`, without control, bidi, zero-width and unassigned characters.

    Emoji are unchanged; at most four combining marks follow one another; white space at the ends is removed and, unless
    `lines` is set, each run of white space becomes one space. The result may be empty; cleaning is idempotent.
    """
    parts = _emoji.split(normalized(form, text))
    # Every second part is an emoji. Removing characters may bring a letter and its mark together: composed again.
    shown = "".join(part if index % 2 else _visible(part) for index, part in enumerate(parts))
    composed = _without_piles(normalized(form, shown))
    if lines:
        return "\n".join(" ".join(line.split()) for line in composed.split("\n")).strip()
    return " ".join(composed.split())


def normalized(form: Form, text: str) -> str:
    """`unicodedata.normalize` in linear time: of successive marks only the first 30 are normalised.

    Python sorts the marks after a letter by insertion, which takes quadratic time: 170 ms for 16 KB of marks.
    """
    return unicodedata.normalize(form, _with_short_runs(text))


def piles_up_marks(text: str) -> bool:
    """Whether more than 30 marks follow one another somewhere."""
    return _with_short_runs(text) is not text


def is_too_long(text: str, most: int) -> bool:
    """Whether the text is too long to have `most` characters after cleaning, without cleaning it."""
    return len(text) > TYPED_PER_SHOWN * most


def media_time(seconds: float) -> str:
    """Return a position as players show it: 4:05 or 1:04:05."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02}:{second:02}" if hours else f"{minute}:{second:02}"


def is_one_emoji(text: str) -> bool:
    """Whether the text is a single emoji as displayed, of any number of code points: a family, a flag, a keycap."""
    return _only_emoji.fullmatch(text) is not None


def _visible(text: str) -> str:
    if text.isprintable() and not _BLANK.search(
        text
    ):  # no hidden category, and no joiner, which is hidden alone
        return text
    kept: list[str] = []
    for index, character in enumerate(text):
        following = text[index + 1 : index + 2]
        if _is_visible(character, kept[-1] if kept else "", following):
            kept.append(" " if character == "\u2800" else character)
    return "".join(kept)


def _is_visible(character: str, before: str, after: str) -> bool:
    if character in (_NON_JOINER, _JOINER):
        return bool(before and after) and _joins(character, before, after)
    if character.isspace() or character == "\u2800":
        return True
    return not _BLANK.match(character) and unicodedata.category(character) not in _HIDDEN


def _joins(joiner: str, before: str, after: str) -> bool:
    """Whether the text around it looks different without this joiner."""
    if unicodedata.combining(before) == _VIRAMA:
        return unicodedata.category(after) == "Lo"
    arabic = unicodedata.bidirectional(before) in ("AL", "NSM") and unicodedata.bidirectional(after) == "AL"
    return joiner == _NON_JOINER and arabic


def _becomes_mark(character: str) -> bool:
    return unicodedata.category(character)[0] == "M" or character in _MARKS_LATER


def _with_short_runs(text: str) -> str:
    """The text without the marks beyond the first 30 of each run; the same object if there are none."""
    # Each longer run has a mark at one of these indexes: for most texts no other character is checked.
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
    if not text or max(text) < _FIRST_MARK:
        return text
    kept: list[str] = []
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.category(character)[0] == "M" else 0
        if marks <= MARKS_IN_A_ROW:
            kept.append(character)
    return "".join(kept)
