"""Albums in which only some tracks name the artist of the album: the others of their folder belong to it too.

That needs more than one row, so it follows a scan. Only the key of the album is written: what a file says stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from playback.domain.albums import album_key, belongs_to, place_of
from playback.models import MediaItem
from playback.models.media_item import OfAlbum

BATCH = 500


def share() -> None:
    """Reads the library twice and writes what differs, in batches. A track joins an album only if its artist fits."""
    artists: dict[tuple[str, str], set[str]] = {}
    for row in _rows():
        if row.album_artist:
            artists.setdefault(place_of(row.album, row.path), set()).add(row.album_artist)
    differing = _differing(artists)
    while keys := list(islice(differing, BATCH)):  # a transaction each: others write meanwhile
        MediaItem.objects.give_album_keys(keys)


def _differing(artists: dict[tuple[str, str], set[str]]) -> Iterator[tuple[int, str]]:
    for row in _rows():
        if row.album_artist:
            continue
        named = artists.get(place_of(row.album, row.path), set())
        fitting = sorted(name for name in named if belongs_to(row.artist, name))
        key = album_key(row.album, fitting[0] if fitting else "", row.artist, row.path)
        if key != row.album_key:
            yield row.pk, key


def _rows() -> Iterator[OfAlbum]:
    after = 0
    while rows := MediaItem.objects.of_albums(after, BATCH):
        after = rows[-1].pk
        yield from rows
