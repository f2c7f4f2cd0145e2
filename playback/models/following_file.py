"""What a listener expects after a file of the library: the next one of its album, or of its folder."""

from __future__ import annotations

from django.db.models import Q

from playback.models.media_item import PLAYABLE, MediaItem

MOST = 200  # files looked at: those in deeper folders are passed over


def following_file(pk: int) -> MediaItem | None:
    """Return the next playable item of the same kind in natural order: after "S01E02" comes "S01E03"."""
    item = MediaItem.objects.without_facts().filter(pk=pk).first()
    if item is None:
        return None
    folder = item.path[: item.path.rfind("/") + 1]
    together = Q(album_key=item.album_key) if item.album_key else Q(path__startswith=folder)
    later = Q(sort_place__gt=item.sort_place) | Q(sort_place=item.sort_place, pk__gt=item.pk)
    rows = MediaItem.objects.present().without_facts().filter(PLAYABLE, together, later, kind=item.kind)
    in_order = rows.order_by("sort_place", "pk")[:MOST]
    return next((each for each in in_order if item.album_key or "/" not in each.path[len(folder) :]), None)
