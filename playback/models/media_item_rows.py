"""What queries of the library take and return, and the columns that they write."""

from __future__ import annotations

from typing import NamedTuple

from playback.domain.duration import EXACT, TAGS, Duration
from playback.sources.samples import SAMPLES_AT

PAGE = 50
# Read from the file, and possibly different at the next scan.
READ_FROM_FILE = [
    *("title", "artist", "album", "album_artist", "duration", "kind", "mime", "cover"),
    *("size", "changed_ns", "missing"),
    *("facts", "plays", "why", "starts_directly"),
]
FILE_FIELDS = [
    *READ_FROM_FILE,
    "prepared",  # a changed file has no result
    *("words", "sort_title", "sort_artist", "sort_album", "sort_place", "album_key"),
]
COMPLETED_FIELDS = [
    *("cover", "album_artist", "album_key"),
    *("facts", "plays", "why", "starts_directly"),
]
# The columns that each order sorts by, before the id.
ORDERS: dict[str, tuple[str, ...]] = {
    "title": ("sort_title",),
    "artist": ("sort_artist", "sort_album", "sort_place"),
    "album": ("sort_album", "sort_place"),
    "newest": (),
}
LONGEST_KEYS = {"sort_title": 300, "sort_artist": 100, "sort_album": 100, "sort_place": 200}


class PageCursor(NamedTuple):
    """The item after which a page begins: its sort keys and its id."""

    keys: tuple[str, ...]
    pk: int


class KnownFile(NamedTuple):
    """The file of a row."""

    pk: int
    path: str
    size: int
    changed_ns: int
    mime: str
    missing: bool


class AlbumRow(NamedTuple):
    """The fields that determine the album of a row."""

    pk: int
    path: str
    artist: str
    album: str
    album_artist: str | None
    album_key: str


class ItemQuery(NamedTuple):
    """The filter and order of a list."""

    words: str = ""
    album: str = ""  # all albums of this name
    order: str = "title"
    album_id: str = ""  # one album


ALL_ITEMS = ItemQuery()


def file_duration(seconds: float | None, path: str) -> Duration | None:
    """The duration in a file's tags is an estimate; that of our samples is exact."""
    if not seconds:
        return None
    return Duration(seconds, EXACT if path.startswith(SAMPLES_AT) else TAGS)
