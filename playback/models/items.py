"""The library: what the server has on its disk to be played."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db import models
from django.db.models import Q

from playback.folding import folded, sort_key
from watchium.wire.player_messages import Item

KINDS = ("audio", "video")
PAGE = 50
LIBRARY_AT = "/media/library/"
COVERS_AT = "/media/covers/"
# What a look at the file says, and the next look may say otherwise.
OF_THE_FILE = [
    *("title", "artist", "album", "duration", "kind", "mime", "cover"),
    *("size", "changed_ns", "missing", "words", "sort_title"),
]


class Place(NamedTuple):
    """Behind which item a page begins."""

    title: str
    pk: int


class Known(NamedTuple):
    """Which file a row is about."""

    pk: int
    path: str
    size: int
    changed_ns: int
    mime: str
    missing: bool


class MediaItemQuerySet(models.QuerySet["MediaItem"]):
    def present(self) -> MediaItemQuerySet:
        return self.filter(missing=False)

    def page(self, words: str = "", after: Place | None = None, limit: int = PAGE) -> list[MediaItem]:
        """By title, those that have every one of the words in title, artist or album."""
        rows = self.present()
        for word in folded(words).split()[:8]:
            rows = rows.filter(words__contains=word)
        if after is not None:
            rows = rows.filter(Q(sort_title__gt=after.title) | Q(sort_title=after.title, pk__gt=after.pk))
        return list(rows.order_by("sort_title", "pk")[:limit])

    def by_ids(self, ids: Iterable[int]) -> dict[int, MediaItem]:
        return self.in_bulk(set(ids))

    def playable(self, ids: Iterable[int]) -> set[int]:
        """Which of these are there."""
        return set(self.present().filter(pk__in=set(ids)).values_list("pk", flat=True))

    def duration_of(self, pk: int) -> float | None:
        """In seconds, None where nobody knows."""
        return self.filter(pk=pk).values_list("duration", flat=True).first()

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

    def keep(self, items: list[MediaItem]) -> None:
        """New ones, and what is new about those whose paths are known; when and by whom they came stays."""
        for item in items:
            item.fill_in()
        self.bulk_create(items, update_conflicts=True, unique_fields=["path"], update_fields=OF_THE_FILE)

    def moved(self, items: list[MediaItem]) -> None:
        """Their files are at `path` now, and may be called otherwise."""
        self.bulk_update(items, ["path"])
        for item in items:
            item.pk = None  # the path says which it is
        self.keep(items)

    def pictured(self, items: list[MediaItem]) -> None:
        self.bulk_update(items, ["cover"])

    def found_again(self, pks: list[int]) -> None:
        self.filter(pk__in=pks).update(missing=False)

    def lost(self, pks: list[int]) -> None:
        self.filter(pk__in=pks).update(missing=True)


class MediaItem(models.Model):
    """One file of the library. Where its `path` leads, `playback.library.places` says; nobody outside sees it."""

    title = models.CharField(max_length=300)
    artist = models.CharField(max_length=300, blank=True, default="")
    album = models.CharField(max_length=300, blank=True, default="")
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
    # What is searched and sorted by, made from title, artist and album whenever they are written.
    words = models.TextField(editable=False, default="")
    sort_title = models.CharField(max_length=300, editable=False, default="")

    objects = MediaItemQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=KINDS), name="mediaitem_kind_known")]
        indexes = [
            models.Index(fields=["sort_title", "id"], name="mediaitem_page", condition=Q(missing=False)),
            models.Index(fields=["cover"], name="mediaitem_cover"),
        ]

    def __str__(self) -> str:
        return self.full_title

    def save(self, *args: object, **kwargs: object) -> None:
        self.fill_in()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def fill_in(self) -> None:
        """To be called before every write, also of many at once."""
        self.words = folded("\n".join((self.title, self.artist, self.album)))
        self.sort_title = sort_key(self.title, 300)

    @property
    def place(self) -> Place:
        return Place(self.sort_title, self.pk)

    @property
    def url(self) -> str:
        return f"{LIBRARY_AT}{self.pk}"

    @property
    def full_title(self) -> str:
        return f"{self.title} \u2013 {self.artist}" if self.artist else self.title

    def for_wire(self) -> Item:
        return Item(
            id=self.pk,
            title=self.title,
            artist=self.artist,
            album=self.album,
            duration=self.duration,
            kind=self.kind,
            mime=self.mime,
            url=self.url,
            cover=f"{COVERS_AT}{self.cover}" if self.cover else None,
            missing=self.missing,
        )
