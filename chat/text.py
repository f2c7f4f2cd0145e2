"""Validation of comments and reactions. Pure: no Django, no I/O."""

from __future__ import annotations

import hashlib
import json

from watchium.protocol.errors import BadMessage, TooLong
from watchium.text import clean, is_one_emoji, is_too_long

MAX_CHARS = 500  # code points


def clean_comment(text: str) -> str:
    """Return the comment as stored and shown. Raises BadMessage if nothing visible is left, TooLong beyond 500."""
    if is_too_long(text, MAX_CHARS):
        raise TooLong(f"A message has at most {MAX_CHARS} characters.")
    cleaned = clean(text)
    if not cleaned:
        raise BadMessage("This message has no visible text.")
    if len(cleaned) > MAX_CHARS:
        raise TooLong(f"A message has at most {MAX_CHARS} characters; this one has {len(cleaned)}.")
    return cleaned


def clean_emoji(text: str) -> str:
    """Return the text if it is one emoji, of any number of code points. Raises BadMessage otherwise."""
    if not is_one_emoji(text):
        raise BadMessage("A reaction is one emoji.")
    return text


def content_hash(text: str, reply_to: int | None, image: str = "") -> str:
    """Hash the content of a comment, to detect an `event_id` that is reused for another one."""
    content = [text, reply_to, image] if image else [text, reply_to]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()
