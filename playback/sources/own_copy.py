"""Own copies: members play a file from their own disk, and the room knows its fingerprint only.

The fingerprint is the size and the SHA-256 of the first and the last 64 KiB; `static/js/core/own_copy/` computes the
same in the page. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import msgspec

from watchium.protocol.types import Media, OwnCopy

OWN = "own"
EDGE_BYTES = 64 * 1024
UNTITLED = "A file that everyone brings"


def media_of(own: OwnCopy, title: str) -> Media:
    """Return the media of a room to which every member brings the file. No browser fetches its address."""
    media = Media(source=OWN, url=f"{OWN}:{own.sha256}", kind=own.kind, title=title or UNTITLED)
    return with_fingerprint(media, own)


def with_fingerprint(media: Media, own: OwnCopy) -> Media:
    """Add what members compare their own copies with."""
    return msgspec.structs.replace(media, size=own.size, duration=own.duration, sha256=own.sha256)


def sha256_of(read: Callable[[int, int], bytes], size: int) -> str:
    """Return the digest of a file's edges; `read(at, size)` returns its bytes."""
    edges = read(0, min(EDGE_BYTES, size)) + read(max(0, size - EDGE_BYTES), min(EDGE_BYTES, size))
    return hashlib.sha256(edges).hexdigest()
