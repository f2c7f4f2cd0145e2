"""What a person typed as the room: its id, its short code, its own address, or a whole link. Pure."""

from __future__ import annotations

import re
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

# As clients write the name of a room in which not everyone may control, perhaps with a password behind it.
_CONTROLLED = re.compile(r"\+(.*?):\w{12}(?::.*)?", re.DOTALL)
_ROOM_ID = re.compile(r"[a-z0-9]{10}")
_CODE = re.compile(r"[a-z]{6}")


class Kind(StrEnum):
    ROOM_ID = "room_id"
    CODE = "code"
    SLUG = "slug"


class Reference(NamedTuple):
    kind: Kind
    value: str


_PATHS = {"rooms": Kind.ROOM_ID, "r": Kind.SLUG, "j": Kind.CODE}


def references(typed: str) -> list[Reference]:
    """What the text may mean, most likely first; empty if it means nothing."""
    text = typed.strip()
    if match := _CONTROLLED.fullmatch(text):
        text = match[1]
    if "/" in text:
        return _in_link(text)
    word = text.lower()
    compact = "".join(character for character in word if character.isalnum())
    found = []
    if _ROOM_ID.fullmatch(word):
        found.append(Reference(Kind.ROOM_ID, word))
    if _CODE.fullmatch(compact):
        found.append(Reference(Kind.CODE, compact.upper()))
    if word:
        found.append(Reference(Kind.SLUG, word))
    return found


def _in_link(text: str) -> list[Reference]:
    try:
        path = urlsplit(text if "://" in text else f"//{text.lstrip('/')}").path
    except ValueError:
        return []
    parts = [unquote(part) for part in path.split("/") if part]
    for word, value in pairwise(parts):
        if word in _PATHS:
            kind = _PATHS[word]
            return [Reference(kind, value.upper() if kind == Kind.CODE else value.lower())]
    return []
