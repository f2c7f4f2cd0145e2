"""The two clips of our own, in a library that is empty otherwise: a fresh house has something to play."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from playback.domain.media_sources import SAMPLES, Sample
from playback.models import MediaItem


def offer_samples() -> int:
    """How many were put in: none where the library has anything in it."""
    if MediaItem.objects.exists():
        return 0
    items = [_item_of(sample) for sample in SAMPLES]
    MediaItem.objects.upsert(items)
    return len(items)


def _item_of(sample: Sample) -> MediaItem:
    media = sample.media
    return MediaItem(
        path=media.url,
        title=sample.title,
        duration=sample.duration_s,
        kind=media.kind,
        mime=media.mime or "",
        size=(Path(settings.SAMPLES_DIR) / sample.name).stat().st_size,
    )
