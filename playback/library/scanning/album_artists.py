"""Albums in which only some tracks name the album artist: the other tracks in their folder join the same album.

This needs more than one row, so it runs after a scan. It writes only the album key: the stored tags stay.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from playback.domain.library.albums import album_key, grouping_key, matches_artist
from playback.models import MediaItem
from playback.models.media_item_rows import AlbumRow

BATCH = 500


def share() -> None:
    """Read the library twice and write the changed keys in batches. A track joins an album only if its artist fits."""
    artists: dict[tuple[str, str], set[str]] = {}
    for row in _rows():
        if row.album_artist:
            artists.setdefault(grouping_key(row.album, row.path), set()).add(row.album_artist)
    changed = _changed_keys(artists)
    while keys := list(islice(changed, BATCH)):  # one transaction each, so that others can write in between
        MediaItem.objects.set_album_keys(keys)


def _changed_keys(artists: dict[tuple[str, str], set[str]]) -> Iterator[tuple[int, str]]:
    for row in _rows():
        if row.album_artist:
            continue
        named = artists.get(grouping_key(row.album, row.path), set())
        matching = sorted(name for name in named if matches_artist(row.artist, name))
        key = album_key(row.album, matching[0] if matching else "", row.artist, row.path)
        if key != row.album_key:
            yield row.pk, key


def _rows() -> Iterator[AlbumRow]:
    after = 0
    while rows := MediaItem.objects.album_rows(after, BATCH):
        after = rows[-1].pk
        yield from rows
