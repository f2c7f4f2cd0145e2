"""The title of media in a room: given by a user, or made from a name."""

from __future__ import annotations

from watchium.protocol.errors import TooLong
from watchium.text import clean

LONGEST_TITLE = 200


def given_title(text: str | None) -> str:
    """Return the title given by the user. Raises TooLong: it is never shortened."""
    title = clean(text or "", "NFC")
    if len(title) > LONGEST_TITLE:
        raise TooLong("A title has at most {count} characters.", count=LONGEST_TITLE)
    return title


def as_title(text: str | None) -> str:
    """Return what can be shown of a text as a title, possibly nothing."""
    return clean(text or "", "NFC")[:LONGEST_TITLE]
