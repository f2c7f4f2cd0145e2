"""Decoder errors as errors of the protocol: a plain message for users, `detail` for programs."""

from __future__ import annotations

import re

from watchium.protocol.errors import BadMessage, Refused, TooLong, gettext_noop

DETAIL_CHARS = 300  # it may contain a long field name made up by the sender
TOO_LONG = re.compile(r"Expected `str` of length <= (\d+) - at `\$(?:\.\w+){0,20}\.(\w+)`")
# Text fields that users type into, and the message about their length.
TYPED_FIELDS = {
    "media_url": gettext_noop("An address has at most {count} characters."),
    "title": gettext_noop("A title has at most {count} characters."),
    "text": gettext_noop("A message has at most {count} characters."),
    "username": gettext_noop("A name has at most {count} characters."),
    "passphrase": gettext_noop("A passphrase has at most {count} characters."),
    "why": gettext_noop("A reason has at most {count} characters."),
    "reason": gettext_noop("A reason has at most {count} characters."),
}


def validation_error(error: Exception) -> Refused:
    """Convert a decoder error. The message never contains field names, because users read it."""
    detail = str(error)[:DETAIL_CHARS]
    found = TOO_LONG.fullmatch(detail)
    if found and found[2] in TYPED_FIELDS:
        return TooLong(TYPED_FIELDS[found[2]], count=found[1], detail=detail)
    return BadMessage(detail=detail)
