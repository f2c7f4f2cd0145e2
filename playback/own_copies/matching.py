"""Find the items of the library that may be the same film as a member's own file."""

from __future__ import annotations

from dataclasses import dataclass

from playback.library.paths import open_item
from playback.models import MediaItem
from playback.models.item_matches import items_of_duration, items_of_size
from playback.sources.own_copy import sha256_of
from watchium.protocol.types import OwnCopy

# Two copies of a film that were made differently have durations within this; as in core/own_copy/comparison.js.
SAME_DURATION_S = 2.5
MOST_SIMILAR = 8


@dataclass(frozen=True)
class Fingerprint:
    size: int
    sha256: str


def fingerprint_of(item: MediaItem) -> Fingerprint | None:
    """Return the fingerprint of an item's file, or None if it cannot be read."""
    opened = open_item(item.path)
    if opened is None:
        return None
    try:
        return Fingerprint(opened.stat.st_size, sha256_of(opened.read, opened.stat.st_size))
    except OSError:
        return None
    finally:
        opened.close()


def same_file(own: OwnCopy) -> MediaItem | None:
    """Return the item whose file has the same fingerprint, or None."""
    if own.size is None or own.sha256 is None:
        return None
    wanted = Fingerprint(own.size, own.sha256)
    return next((item for item in items_of_size(own.size) if fingerprint_of(item) == wanted), None)


def similar(own: OwnCopy) -> list[MediaItem]:
    """Return items of the same kind whose duration is that of the file, nearest first."""
    if own.duration is None:
        return []
    duration_s = own.duration
    near = items_of_duration(own.kind, duration_s, SAME_DURATION_S)
    playable = [item for item in near if item.playable]
    return sorted(playable, key=lambda item: abs((item.duration or 0) - duration_s))[:MOST_SIMILAR]
