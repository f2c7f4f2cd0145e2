"""What the decoder says of a message that does not fit, as a refusal: plain words for people, `detail` for programs."""

from __future__ import annotations

import re

from watchium.protocol.errors import BadMessage, Refused, TooLong

DETAIL_CHARS = 300  # a field's name in it may be the sender's own and long
TOO_LONG = re.compile(r"Expected `str` of length <= (\d+) - at `\$(?:\.\w+){0,20}\.(\w+)`")
# What people type, by the name of its field.
TYPED = {
    "media_url": "An address",
    "title": "A title",
    "text": "A message",
    "username": "A name",
    "passphrase": "A passphrase",
    "why": "A reason",
}


def refusal_of(error: Exception) -> Refused:
    """Never a field's name in the message: people read it."""
    detail = str(error)[:DETAIL_CHARS]
    found = TOO_LONG.fullmatch(detail)
    if found and found[2] in TYPED:
        return TooLong(f"{TYPED[found[2]]} has at most {int(found[1]):,} characters.", detail=detail)
    return BadMessage(detail=detail)
