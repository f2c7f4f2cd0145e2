"""The library: what the server has on its disk to be played."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import NamedTuple

from django.db import models, transaction
from django.db.models import Q

from playback.domain.albums import KEY_LENGTH, album_key
from playback.domain.duration import EXACT, TAGS, Duration
from playback.domain.media_sources import SAMPLES_AT
from playback.domain.sort_keys import folded, name_key, place_key, sort_key
from watchium.protocol.player_types import Item

KINDS = ("audio", "video")
PAGE = 50
LIBRARY_AT = "/media/library/"
COVERS_AT = "/media/covers/"
# What a look at the file says, and the next look may say otherwise.
SAID_BY_THE_FILE = [
    *("title", "artist", "album", "album_artist", "duration", "kind", "mime", "cover"),
    *("size", "changed_ns", "missing"),
]
OF_THE_FILE = [
    *SAID_BY_THE_FILE,
    *("words", "sort_title", "sort_artist", "sort_album", "sort_place", "album_key"),
]
# What a list can be sorted by, before the number of the item.
ORDERS: dict[str, tuple[str, ...]] = {
    "title": ("sort_title",),
    "artist": ("sort_artist", "sort_album", "sort_place"),
    "album": ("sort_album", "sort_place"),
    "newest": (),
}
LONGEST_KEYS = {"sort_title": 300, "sort_artist": 100, "sort_album": 100, "sort_place": 200}


class Place(NamedTuple):
    """Behind which item a page begins: what the list is sorted by, and its number."""

    keys: tuple[str, ...]
    pk: int


class Known(NamedTuple):
    """Which file a row is about."""

    pk: int
    path: str
    size: int
    changed_ns: int
    mime: str
    missing: bool


class OfAlbum(NamedTuple):
    """What says which album a row is of."""

    pk: int
    path: str
    artist: str
    album: str
    album_artist: str | None
    album_key: str


class Wanted(NamedTuple):
    """What a list is to be of, and in which order."""

    words: str = ""
    album: str = ""  # all albums of this name
    order: str = "title"
    album_id: str = ""  # one album


EVERYTHING = Wanted()


class MediaItemQuerySet(models.QuerySet["MediaItem"]):
    def present(self) -> MediaItemQuerySet:
        return self.filter(missing=False)

    def page(
        self, wanted: Wanted = EVERYTHING, after: Place | None = None, limit: int = PAGE
    ) -> list[MediaItem]:
        """Those that have every one of the words in title, artist or album."""
        rows = self.present()
        for word in folded(wanted.words).split()[:8]:
            rows = rows.filter(words__contains=word)
        if wanted.album:
            rows = rows.filter(sort_album=name_key(wanted.album, LONGEST_KEYS["sort_album"]))
        if wanted.album_id:
            rows = rows.filter(album_key=wanted.album_id)
        if after is not None:
            rows = rows.filter(_behind(wanted.order, after))
        last = "-pk" if wanted.order == "newest" else "pk"
        return list(rows.order_by(*ORDERS[wanted.order], last)[:limit])

    def by_ids(self, ids: Iterable[int]) -> dict[int, MediaItem]:
        return self.in_bulk(set(ids))

    def playable(self, ids: Iterable[int]) -> set[int]:
        """Which of these are there."""
        return set(self.present().filter(pk__in=set(ids)).values_list("pk", flat=True))

    def duration_of(self, pk: int) -> Duration | None:
        row = self.filter(pk=pk).values_list("duration", "path").first()
        return _duration(*row) if row else None

    def at_id(self, pk: int) -> MediaItem | None:
        """One whose file was there when somebody last looked."""
        return self.present().filter(pk=pk).first()

    def with_cover(self, name: str) -> bool:
        return self.filter(cover=name).exists()

    def at_paths(self, paths: Iterable[str]) -> dict[str, MediaItem]:
        return {item.path: item for item in self.filter(path__in=list(paths))}

    def files(self, after: int, limit: int) -> list[Known]:
        """Those of some rows, which come after this one."""
        rows = self.filter(pk__gt=after).order_by("pk").values_list(*Known._fields)
        return [Known(*row) for row in rows[:limit]]

    def of_albums(self, after: int, limit: int) -> list[OfAlbum]:
        """Those of some rows that are there, and of an album."""
        rows = self.present().filter(pk__gt=after).exclude(album="").order_by("pk")
        return [OfAlbum(*row) for row in rows.values_list(*OfAlbum._fields)[:limit]]

    def give_album_keys(self, keys: Iterable[tuple[int, str]]) -> None:
        rows = [MediaItem(pk=pk, album_key=key) for pk, key in keys]
        self.bulk_update(rows, ["album_key"], batch_size=200)

    @transaction.atomic
    def keep(self, items: list[MediaItem]) -> None:
        """New ones, and what is new about those whose paths are known; when and by whom they came stays."""
        self._keep(items)

    def _keep(self, items: list[MediaItem]) -> None:
        for item in items:
            item.fill_in()
        self.bulk_create(items, update_conflicts=True, unique_fields=["path"], update_fields=OF_THE_FILE)

    @transaction.atomic
    def moved(self, items: list[MediaItem]) -> None:
        """Their files are at `path` now, and may be called otherwise.

        Raises IntegrityError where another item is there.
        """
        self.bulk_update(items, ["path"])
        self._keep([_known_by_path(item) for item in items])

    @transaction.atomic
    def completed(self, items: list[MediaItem]) -> None:
        """With a cover or an album artist that was not known."""
        for item in items:
            item.fill_in()
        self.bulk_update(items, ["cover", "album_artist", "album_key"])

    def found_again(self, pks: list[int]) -> None:
        self.filter(pk__in=pks).update(missing=False)

    def lost(self, paths: list[str]) -> None:
        """The file that was there; a row that was moved meanwhile has another."""
        self.filter(path__in=paths).update(missing=True)


def _known_by_path(item: MediaItem) -> MediaItem:
    same = copy(item)
    same.pk = None
    return same


def _behind(order: str, place: Place) -> Q:
    """The first key bounds what an index has to look through."""
    behind = Q(pk__lt=place.pk) if order == "newest" else Q(pk__gt=place.pk)
    sorted_by = list(zip(ORDERS[order], place.keys, strict=True))
    for column, key in reversed(sorted_by):
        behind = Q(**{f"{column}__gt": key}) | (Q(**{column: key}) & behind)
    return Q(**{f"{column}__gte": key for column, key in sorted_by[:1]}) & behind


def _duration(seconds: float | None, path: str) -> Duration | None:
    """What a file says of itself is an estimate; the samples are ours."""
    if not seconds:
        return None
    return Duration(seconds, EXACT if path.startswith(SAMPLES_AT) else TAGS)


class MediaItem(models.Model):
    """One file of the library. Where its `path` leads, `playback.library.paths` says; nobody outside sees it."""

    title = models.CharField(max_length=300)
    artist = models.CharField(max_length=300, blank=True, default="")
    album = models.CharField(max_length=300, blank=True, default="")
    # Whose album it is, where the file says so; null for what was read before that was asked for.
    album_artist = models.CharField(max_length=300, null=True, blank=True)
    duration = models.FloatField(null=True, blank=True)
    kind = models.CharField(max_length=5)
    mime = models.CharField(max_length=80)
    path = models.CharField(max_length=1000, unique=True)
    size = models.BigIntegerField(default=0)
    changed_ns = models.BigIntegerField(default=0)
    cover = models.CharField(max_length=80, blank=True, default="")
    uploaded = models.BooleanField(default=False)
    missing = models.BooleanField(default=False)
    added_at = models.DateTimeField(auto_now_add=True)
    # What is searched and sorted by, made from title, artist, album and path whenever they are written.
    words = models.TextField(editable=False, default="")
    sort_title = models.CharField(max_length=300, editable=False, default="")
    sort_artist = models.CharField(max_length=100, editable=False, default="")
    sort_album = models.CharField(max_length=100, editable=False, default="")
    sort_place = models.CharField(max_length=200, editable=False, default="")  # among those of its album
    album_key = models.CharField(max_length=KEY_LENGTH, editable=False, default="")

    objects = MediaItemQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=KINDS), name="mediaitem_kind_known")]
        indexes = [
            models.Index(fields=["sort_title", "id"], name="mediaitem_page", condition=Q(missing=False)),
            models.Index(
                fields=["sort_artist", "sort_album", "sort_place", "id"],
                name="mediaitem_by_artist",
                condition=Q(missing=False),
            ),
            models.Index(
                fields=["sort_album", "sort_place", "id"],
                name="mediaitem_by_album",
                condition=Q(missing=False),
            ),
            models.Index(fields=["cover"], name="mediaitem_cover"),
            models.Index(
                fields=["album_key", "sort_place", "id"],
                name="mediaitem_of_album",
                condition=Q(missing=False),
            ),
        ]

    def __str__(self) -> str:
        return self.full_title

    def save(self, *args: object, **kwargs: object) -> None:
        self.fill_in()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def fill_in(self) -> None:
        """To be called before every write, also of many at once."""
        self.words = folded("\n".join((self.title, self.artist, self.album)))
        self.sort_title = sort_key(self.title, LONGEST_KEYS["sort_title"])
        self.sort_artist = name_key(self.artist, LONGEST_KEYS["sort_artist"])
        self.sort_album = name_key(self.album, LONGEST_KEYS["sort_album"])
        self.sort_place = place_key(self.path, LONGEST_KEYS["sort_place"])
        self.album_key = album_key(self.album, self.album_artist or "", self.artist, self.path)

    def place_by(self, order: str) -> Place:
        return Place(tuple(getattr(self, column) for column in ORDERS[order]), self.pk)

    @property
    def url(self) -> str:
        return f"{LIBRARY_AT}{self.pk}"

    @property
    def known_duration(self) -> Duration | None:
        return _duration(self.duration, self.path)

    @property
    def full_title(self) -> str:
        return f"{self.title} \u2013 {self.artist}" if self.artist else self.title

    def to_protocol(self) -> Item:
        return Item(
            id=self.pk,
            title=self.title,
            artist=self.artist,
            album=self.album,
            album_id=self.album_key,
            duration=self.duration,
            kind=self.kind,
            mime=self.mime,
            url=self.url,
            cover=f"{COVERS_AT}{self.cover}" if self.cover else None,
            missing=self.missing,
        )
