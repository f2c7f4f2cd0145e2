"""Validation of comments and reactions. Pure: no Django, no I/O."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from typing import Any

from watchium.protocol.errors import BadMessage, TooLong
from watchium.text import SPOILER, clean, is_one_emoji, is_too_long

MAX_CHARS = 500  # code points


def clean_comment(text: str) -> str:
    """Return the comment as stored and shown. Raises BadMessage if nothing visible is left, TooLong beyond 500."""
    if is_too_long(text, MAX_CHARS):
        raise TooLong("A message has at most {count} characters.", count=MAX_CHARS)
    cleaned = clean(text)
    if not cleaned:
        raise BadMessage("This message has no visible text.")
    if len(cleaned) > MAX_CHARS:
        raise TooLong(
            "A message has at most {most} characters; this one has {count}.",
            most=MAX_CHARS,
            count=len(cleaned),
        )
    return cleaned


# Endings of host names that are typed without a scheme. Every ending would make a link of "wait.What".
_ENDINGS = (
    "com|net|org|info|biz|io|co|tv|gg|me|app|dev|xyz|site|online|shop|live|link|eu|de|fr|es|it|nl|uk|ru|jp|br"
)
_HOST = r"(?<![\w@.])(?:[\w-]{1,63}\.)+"
_LINK = re.compile(
    rf"\b[a-z][a-z0-9+.-]{{1,20}}://\S|\bwww\.\w|{_HOST}(?:(?:{_ENDINGS})\b(?!\.\w)|[a-z]{{2,24}}/\S)",
    re.IGNORECASE,
)


def has_link(text: str) -> bool:
    """Return whether the text has an address, also one without a scheme: example.org/film."""
    shown = unicodedata.normalize("NFKC", text)
    return any(_LINK.search(shown.replace(SPOILER, mark)) for mark in (" ", ""))


def clean_emoji(text: str) -> str:
    """Return the text if it is one emoji, of any number of code points. Raises BadMessage otherwise."""
    if not is_one_emoji(text):
        raise BadMessage("A reaction is one emoji.")
    return text


def content_hash(text: str, reply_to: int | None, image: str = "") -> str:
    """Hash the content of a comment, to detect an `event_id` that is reused for another one."""
    content = [text, reply_to, image] if image else [text, reply_to]
    return _hash(content)


def change_hash(kind: str, comment_id: int, *content: str | bool) -> str:
    """Hash an edit or a reaction, to detect an `event_id` that is reused for another one."""
    return _hash([kind, comment_id, *content])


def _hash(content: list[Any]) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
