"""Items of the library that may be the same film as a file on a member's device."""

from __future__ import annotations

from playback.models.media_item import MediaItem

MOST = 32


def items_of_size(size: int) -> list[MediaItem]:
    """Return present items whose file had this size at the last scan."""
    return list(MediaItem.objects.present().filter(size=size).order_by("pk")[:MOST])


def items_of_duration(kind: str, seconds: float, tolerance_s: float) -> list[MediaItem]:
    """Return present items of this kind that are as long, within the tolerance."""
    span = (seconds - tolerance_s, seconds + tolerance_s)
    return list(MediaItem.objects.present().filter(kind=kind, duration__range=span).order_by("pk")[:MOST])
