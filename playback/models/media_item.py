"""The library: media files on the server's disk."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy

from django.db import models, transaction
from django.db.models import Q

from playback.domain.conversions import RESULT_MIMES
from playback.domain.duration import Duration
from playback.domain.library.albums import KEY_LENGTH, album_key
from playback.domain.library.problems import refusal
from playback.domain.library.sort_keys import folded, name_key, path_key, sort_key
from playback.domain.media_facts import MediaFacts, from_json, to_json
from playback.domain.playability import Playability, decide
from playback.models.media_item_rows import (
    ALL_ITEMS,
    COMPLETED_FIELDS,
    FILE_FIELDS,
    LONGEST_KEYS,
    ORDERS,
    PAGE,
    AlbumRow,
    ItemQuery,
    KnownFile,
    PageCursor,
    file_duration,
)
from watchium.protocol.errors import UnknownMedia
from watchium.protocol.player_types import Item

KINDS = ("audio", "video")
LIBRARY_AT = "/media/library/"
COVERS_AT = "/media/covers/"
CONVERTED_AT = "/media/converted/"
PLAYABLE = Q(starts_directly=True) | ~Q(prepared="")


class MediaItemQuerySet(models.QuerySet["MediaItem"]):
    def present(self) -> MediaItemQuerySet:
        return self.filter(missing=False)

    def page(
        self, query: ItemQuery = ALL_ITEMS, after: PageCursor | None = None, limit: int = PAGE
    ) -> list[MediaItem]:
        """Return a page of the items that have every word in title, artist or album."""
        rows = self.present()
        for word in folded(query.words).split()[:8]:
            rows = rows.filter(words__contains=word)
        if query.album:
            rows = rows.filter(sort_album=name_key(query.album, LONGEST_KEYS["sort_album"]))
        if query.album_id:
            rows = rows.filter(album_key=query.album_id)
        if after is not None:
            rows = rows.filter(_after(query.order, after))
        last = "-pk" if query.order == "newest" else "pk"
        return list(rows.order_by(*ORDERS[query.order], last)[:limit])

    def without_facts(self) -> MediaItemQuerySet:
        """Leave the facts in the database: those of a queue of 500 films are a megabyte."""
        return self.defer("facts")

    def by_ids(self, ids: Iterable[int]) -> dict[int, MediaItem]:
        return self.without_facts().in_bulk(set(ids))

    def whole_rows(self, ids: Iterable[int]) -> dict[int, MediaItem]:
        return self.in_bulk(set(ids))

    def playable(self, ids: Iterable[int]) -> set[int]:
        """Return those of the ids whose files are present and play with picture and sound."""
        rows = self.present().filter(PLAYABLE, pk__in=set(ids))
        return set(rows.values_list("pk", flat=True))

    def duration_of(self, pk: int) -> Duration | None:
        row = self.filter(pk=pk).values_list("duration", "path").first()
        return file_duration(*row) if row else None

    def at_id(self, pk: int) -> MediaItem | None:
        """Return the item if its file was present at the last scan."""
        return self.present().without_facts().filter(pk=pk).first()

    def counts_by_plays(self) -> dict[str, int]:
        """Return how many present items play in which way, see `playback.domain.playability`."""
        rows = self.present().order_by().values_list("plays").annotate(models.Count("pk"))
        return dict(rows)

    def with_cover(self, name: str) -> bool:
        return self.filter(cover=name).exists()

    def at_paths(self, paths: Iterable[str]) -> dict[str, MediaItem]:
        return {item.path: item for item in self.filter(path__in=list(paths))}

    def known_files(self, after: int, limit: int) -> list[KnownFile]:
        """Return the files of up to `limit` rows after this primary key."""
        rows = self.filter(pk__gt=after).order_by("pk").values_list(*KnownFile._fields)
        return [KnownFile(*row) for row in rows[:limit]]

    def album_rows(self, after: int, limit: int) -> list[AlbumRow]:
        """Return up to `limit` present rows with an album after this primary key."""
        rows = self.present().filter(pk__gt=after).exclude(album="").order_by("pk")
        return [AlbumRow(*row) for row in rows.values_list(*AlbumRow._fields)[:limit]]

    def set_album_keys(self, keys: Iterable[tuple[int, str]]) -> None:
        rows = [MediaItem(pk=pk, album_key=key) for pk, key in keys]
        self.bulk_update(rows, ["album_key"], batch_size=200)

    @transaction.atomic
    def upsert(self, items: list[MediaItem]) -> None:
        """Insert new items, and update the file fields of known paths; `added_at` and `uploaded` stay."""
        self._upsert(items)

    def _upsert(self, items: list[MediaItem]) -> None:
        for item in items:
            item.compute_keys()
        self.bulk_create(items, update_conflicts=True, unique_fields=["path"], update_fields=FILE_FIELDS)

    @transaction.atomic
    def update_moved(self, items: list[MediaItem]) -> None:
        """Store the new paths of moved files, and their fields.

        Raises IntegrityError if another item has the path.
        """
        self.bulk_update(items, ["path"])
        self._upsert([_known_by_path(item) for item in items])

    @transaction.atomic
    def update_completed(self, items: list[MediaItem]) -> None:
        """Store a cover, an album artist or facts that were unknown before."""
        for item in items:
            item.compute_keys()
        self.bulk_update(items, COMPLETED_FIELDS)

    def mark_present(self, pks: list[int]) -> None:
        self.filter(pk__in=pks).update(missing=False)

    def mark_missing(self, paths: list[str]) -> None:
        """Mark the rows at these paths; a row that was moved meanwhile has another path."""
        self.filter(path__in=paths).update(missing=True)


def _known_by_path(item: MediaItem) -> MediaItem:
    same = copy(item)
    same.pk = None
    return same


def _after(order: str, cursor: PageCursor) -> Q:
    """Filter for the items after the cursor. The condition on the first key lets the index skip earlier items."""
    condition = Q(pk__lt=cursor.pk) if order == "newest" else Q(pk__gt=cursor.pk)
    sorted_by = list(zip(ORDERS[order], cursor.keys, strict=True))
    for column, key in reversed(sorted_by):
        condition = Q(**{f"{column}__gt": key}) | (Q(**{column: key}) & condition)
    return Q(**{f"{column}__gte": key for column, key in sorted_by[:1]}) & condition


class MediaItem(models.Model):
    """One file of the library. `playback.library.paths` resolves its `path`, which clients never see."""

    title = models.CharField(max_length=300)
    artist = models.CharField(max_length=300, blank=True, default="")
    album = models.CharField(max_length=300, blank=True, default="")
    # Empty if the file does not say; null for a row that was read before the column existed.
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
    # What ffprobe found, see `playback.domain.media_facts`; null if it is not installed or has not read the file yet.
    facts = models.JSONField(null=True, blank=True, editable=False)
    # How it plays and why not directly, see `playback.domain.playability`; empty if that is not known.
    plays = models.CharField(max_length=9, blank=True, default="", editable=False)
    why = models.CharField(max_length=300, blank=True, default="", editable=False)
    # Chromium and Firefox play the file itself, with picture and sound, or are left to try.
    starts_directly = models.BooleanField(default=True, editable=False)
    # The result of its conversion, below `/media/converted/<id>/`; empty if there is none.
    prepared = models.CharField(max_length=40, blank=True, default="", editable=False)
    # Search text and sort keys, computed from title, artist, album and path whenever they are written.
    words = models.TextField(editable=False, default="")
    sort_title = models.CharField(max_length=300, editable=False, default="")
    sort_artist = models.CharField(max_length=100, editable=False, default="")
    sort_album = models.CharField(max_length=100, editable=False, default="")
    sort_place = models.CharField(max_length=200, editable=False, default="")  # within its album
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
        self.compute_keys()
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def compute_keys(self) -> None:
        """Compute the derived columns. Call this before every write, also in bulk."""
        self.words = folded("\n".join((self.title, self.artist, self.album)))
        self.sort_title = sort_key(self.title, LONGEST_KEYS["sort_title"])
        self.sort_artist = name_key(self.artist, LONGEST_KEYS["sort_artist"])
        self.sort_album = name_key(self.album, LONGEST_KEYS["sort_album"])
        self.sort_place = path_key(self.path, LONGEST_KEYS["sort_place"])
        self.album_key = album_key(self.album, self.album_artist or "", self.artist, self.path)

    def cursor_by(self, order: str) -> PageCursor:
        return PageCursor(tuple(getattr(self, column) for column in ORDERS[order]), self.pk)

    def set_facts(self, facts: MediaFacts | None, playability: Playability) -> None:
        self.facts = to_json(facts) if facts is not None else None
        self.plays, self.why, self.starts_directly = (
            playability.plays,
            playability.why[:300],
            playability.starts,
        )

    def decide_again(self) -> bool:
        """Apply the rules of this version to the stored facts. Return whether they say something else."""
        facts, before = self.media_facts, (self.plays, self.why, self.starts_directly)
        if facts is not None:
            self.set_facts(facts, decide(facts))
        return (self.plays, self.why, self.starts_directly) != before

    @property
    def media_facts(self) -> MediaFacts | None:
        return from_json(self.facts)

    @property
    def playable(self) -> bool:
        """Whether it can be loaded now; browsers are left to try what is unknown."""
        return self.starts_directly or bool(self.prepared)

    @property
    def file_identity(self) -> dict[str, int]:
        """What a conversion stores, to notice that the file has changed."""
        return {"source_size": self.size, "source_changed_ns": self.changed_ns}

    @property
    def prepared_url(self) -> str:
        return f"{CONVERTED_AT}{self.pk}/{self.prepared}"

    @property
    def prepared_job(self) -> int:
        """The primary key of the conversion; 0 without one."""
        job = self.prepared.partition("/")[0]
        return int(job) if job.isdecimal() else 0

    @property
    def prepared_mime(self) -> str:
        return RESULT_MIMES.get(self.prepared.rpartition("/")[2], "")

    def require_playable(self) -> None:
        """Raises UnknownMedia with the reason and what can be done: browsers would play it mute or black."""
        if not self.playable:
            raise UnknownMedia(refusal(self.title, self.plays, self.why))

    @property
    def url(self) -> str:
        return f"{LIBRARY_AT}{self.pk}"

    @property
    def cover_url(self) -> str | None:
        return f"{COVERS_AT}{self.cover}" if self.cover else None

    @property
    def known_duration(self) -> Duration | None:
        return file_duration(self.duration, self.path)

    @property
    def full_title(self) -> str:
        return f"{self.title} \u2013 {self.artist}" if self.artist else self.title

    def to_protocol(self) -> Item:
        """The item, with what players open: the result of its conversion if there is one."""
        converted = bool(self.prepared)
        return Item(
            id=self.pk,
            title=self.title,
            artist=self.artist,
            album=self.album,
            album_id=self.album_key,
            duration=self.duration,
            kind=self.kind,
            mime=self.prepared_mime if converted else self.mime,
            url=self.prepared_url if converted else self.url,
            cover=self.cover_url,
            missing=self.missing,
            plays=self.plays,  # type: ignore[arg-type]  # one of these, by `playability`
            why=self.why,
            playable=self.playable,
        )
