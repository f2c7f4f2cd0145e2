"""Display names: generated, cleaned, and made unique within a room."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from django.utils.translation import get_language

from rooms import guest_names
from watchium.confusables import look_alike_keys
from watchium.protocol.errors import BadMessage, TooLong
from watchium.text import clean, is_too_long

NAME_CHARS = 40
TITLE_CHARS = 80
DESCRIPTION_CHARS = 500

DEMO_TITLE = "Demo: a clip to watch together"


def generate_name() -> str:
    """Return a random friendly name for a guest who gave none, in the language of the request."""
    return guest_names.generate(get_language() or "en", secrets.choice)


def clean_name(name: str) -> str:
    """Clean a name. Raises BadMessage if nothing is left of it, TooLong beyond 40 characters."""
    cleaned = clean(name, "NFKC") if not is_too_long(name, NAME_CHARS) else name
    if not cleaned:
        raise BadMessage("Please type a name.")
    if len(cleaned) > NAME_CHARS:
        raise TooLong("A name has at most {count} characters.", count=NAME_CHARS)
    return cleaned


def clean_title(title: str, fallback: str) -> str:
    """Clean a title; return `fallback` if nothing is left of it. Raises TooLong beyond 80 characters."""
    cleaned = title if is_too_long(title, TITLE_CHARS) else clean(title, "NFC") or fallback
    if len(cleaned) > TITLE_CHARS:
        raise TooLong("A title has at most {count} characters.", count=TITLE_CHARS)
    return cleaned


def clean_description(description: str) -> str:
    """Clean a description, which may be empty. Raises TooLong beyond 500 characters."""
    cleaned = description if is_too_long(description, DESCRIPTION_CHARS) else clean(description, "NFC")
    if len(cleaned) > DESCRIPTION_CHARS:
        raise TooLong("A description has at most {count} characters.", count=DESCRIPTION_CHARS)
    return cleaned


def unique_name(name: str, others: Collection[str]) -> str:
    """Return the name, with a number appended if it looks like one of the others."""
    taken = {key for other in others for key in look_alike_keys(other)}
    numbered, number = name, 1
    while not taken.isdisjoint(look_alike_keys(numbered)):
        number += 1
        numbered = f"{name} ({number})"
    return numbered
