"""What a listener expects after a file of the library: the next one of its album, or of its folder."""

from __future__ import annotations

from django.db.models import Q, Value
from django.db.models.functions import Left, StrIndex, Substr

from playback.models.media_item import PLAYABLE, MediaItem


def following_file(pk: int) -> MediaItem | None:
    """Return the next playable item of the same kind in natural order: after "S01E02" comes "S01E03".

    Files in deeper folders are passed over.
    """
    item = MediaItem.objects.without_facts().filter(pk=pk).first()
    if item is None:
        return None
    later = Q(sort_place__gt=item.sort_place) | Q(sort_place=item.sort_place, pk__gt=item.pk)
    rows = MediaItem.objects.present().without_facts().filter(PLAYABLE, later, kind=item.kind)
    if item.album_key:
        together = rows.filter(album_key=item.album_key)
    else:
        folder = item.path[: item.path.rfind("/") + 1]
        deeper = StrIndex(Substr("path", len(folder) + 1), Value("/"))
        # SQLite compares the beginning of a text without regard to case.
        beginning = Left("path", max(1, len(folder)))
        together = (
            rows.filter(path__startswith=folder)
            .alias(beginning=beginning, deeper=deeper)
            .filter(Q(beginning=folder) if folder else Q(), deeper=0)
        )
    return together.order_by("sort_place", "pk").first()
