"""Own copies: members play a file from their own disk, and the room knows its fingerprint only.

The fingerprint is the size and the SHA-256 of the first and the last 64 KiB; `static/js/core/own_copy/` computes the
same in the page. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

EDGE_BYTES = 64 * 1024


def sha256_of(read: Callable[[int, int], bytes], size: int) -> str:
    """Return the digest of a file's edges; `read(at, size)` returns its bytes."""
    edges = read(0, min(EDGE_BYTES, size)) + read(max(0, size - EDGE_BYTES), min(EDGE_BYTES, size))
    return hashlib.sha256(edges).hexdigest()
