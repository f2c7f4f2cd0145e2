"""What counts as a comment: plain text that can be shown anywhere, not empty, not endless. Pure."""

from __future__ import annotations

import hashlib
import json

from watchium.protocol.errors import BadMessage, TooLong
from watchium.text import clean, is_one_emoji, is_too_long

LONGEST = 500  # characters, as Unicode counts them


def clean_comment(text: str) -> str:
    """The comment as it is kept and shown. Raises BadMessage when nothing visible is left, TooLong beyond 500."""
    if is_too_long(text, LONGEST):
        raise TooLong(f"A message has at most {LONGEST} characters.")
    cleaned = clean(text)
    if not cleaned:
        raise BadMessage("There is nothing to see in this message.")
    if len(cleaned) > LONGEST:
        raise TooLong(f"A message has at most {LONGEST} characters; this one has {len(cleaned)}.")
    return cleaned


def clean_emoji(text: str) -> str:
    """One emoji, however many code points it takes. Raises BadMessage for anything else."""
    if not is_one_emoji(text):
        raise BadMessage("A reaction is one emoji.")
    return text


def content_hash(text: str, reply_to: int | None) -> str:
    """Equal for what is the same comment under the same `event_id`."""
    return hashlib.sha256(json.dumps([text, reply_to]).encode()).hexdigest()
