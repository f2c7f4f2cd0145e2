"""The headers of tus 1.0 (https://tus.io/protocols/resumable-upload): core, creation and termination. Pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping

VERSION = "1.0.0"
EXTENSIONS = "creation,termination"
PIECE_TYPE = "application/offset+octet-stream"
# One request carries at most this much: the ASGI handler takes a body whole before a view sees it.
PIECE_BYTES = 8 * 1024 * 1024
_MOST_PAIRS = 20


def number(text: str | None) -> int | None:
    """Return a non-negative integer of at most 18 digits, or None."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None


def metadata(header: str) -> Mapping[str, str]:
    """Decode Upload-Metadata: pairs of a key and a text in base64. Pairs that cannot be read are left out."""
    found = {}
    for pair in header.split(",")[:_MOST_PAIRS]:
        key, _, value = pair.strip().partition(" ")
        if not key:
            continue
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            continue
    return found
