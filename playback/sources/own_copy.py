"""Own copies: members play a file from their own disk, and the room knows its fingerprint only.

The fingerprint is the size and the SHA-256 of the first and the last 64 KiB; `static/js/core/own_copy/` computes the
same in the page. A file that a program names without reading it has none, and is known by its name. Pure.
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
    media = Media(
        source=OWN, url=f"{OWN}:{own.sha256 or _digest(own)}", kind=own.kind, title=title or UNTITLED
    )
    return with_fingerprint(media, own)


def _digest(own: OwnCopy) -> str:
    """The identity of a file without a fingerprint: another film may have the same name, but not its length too."""
    known = [own.title, own.size, own.duration]
    return hashlib.sha256(msgspec.json.encode(known)).hexdigest()


def with_fingerprint(media: Media, own: OwnCopy) -> Media:
    """Add what members compare their own copies with."""
    return msgspec.structs.replace(media, size=own.size, duration=own.duration, sha256=own.sha256)


def sha256_of(read: Callable[[int, int], bytes], size: int) -> str:
    """Return the digest of a file's edges; `read(at, size)` returns its bytes."""
    edges = read(0, min(EDGE_BYTES, size)) + read(max(0, size - EDGE_BYTES), min(EDGE_BYTES, size))
    return hashlib.sha256(edges).hexdigest()
