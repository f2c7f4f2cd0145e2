"""Decoder errors as errors of the protocol: a plain message for users, `detail` for programs."""

from __future__ import annotations

import re

from watchium.protocol.errors import BadMessage, Refused, TooLong

DETAIL_CHARS = 300  # it may contain a long field name made up by the sender
TOO_LONG = re.compile(r"Expected `str` of length <= (\d+) - at `\$(?:\.\w+){0,20}\.(\w+)`")
# Text fields that users type into, and their names in messages.
TYPED_FIELDS = {
    "media_url": "An address",
    "title": "A title",
    "text": "A message",
    "username": "A name",
    "passphrase": "A passphrase",
    "why": "A reason",
    "reason": "A reason",
}


def validation_error(error: Exception) -> Refused:
    """Convert a decoder error. The message never contains field names, because users read it."""
    detail = str(error)[:DETAIL_CHARS]
    found = TOO_LONG.fullmatch(detail)
    if found and found[2] in TYPED_FIELDS:
        return TooLong(f"{TYPED_FIELDS[found[2]]} has at most {int(found[1]):,} characters.", detail=detail)
    return BadMessage(detail=detail)
