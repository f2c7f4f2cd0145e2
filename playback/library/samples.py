"""Add the two sample clips to an empty library, so that a new installation has something to play."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from playback.domain.playability import DIRECT
from playback.models import MediaItem
from playback.sources.samples import SAMPLES, Sample


def offer_samples() -> int:
    """Return how many samples were added: none if the library is not empty."""
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
        plays=DIRECT,
        size=(Path(settings.SAMPLES_DIR) / sample.name).stat().st_size,
    )
