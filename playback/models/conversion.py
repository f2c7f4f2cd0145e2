"""Conversions: jobs that turn an item of the library, or an upload, into what every browser plays, and their results.

A worker claims a job with one conditional UPDATE and holds it by a lease that it renews with the progress. A job whose
lease lapsed is free and is claimed again, at most three times. Cancelling changes the state, and the worker
finds that its lease is gone.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from playback.domain.conversions import progress_now
from playback.domain.playability import CONVERTIBLE
from playback.models.media_item import CONVERTED_AT, MediaItem
from playback.models.upload import Upload
from rooms.models import Person
from watchium.db.locks import lock_until_commit

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
STATES = (QUEUED, RUNNING, DONE, FAILED, CANCELLED)
ACTIVE = (QUEUED, RUNNING)
LEASE_MS = 15_000.0
MAX_ATTEMPTS = 3
MAX_ERROR = 300
CLAIM_CANDIDATES = 10

Source = MediaItem | Upload  # what is converted


class ConversionQuerySet(models.QuerySet["Conversion"]):
    def active(self) -> ConversionQuerySet:
        return self.filter(state__in=ACTIVE)

    def of(self, source: Source) -> ConversionQuerySet:
        return self.filter(upload=source) if isinstance(source, Upload) else self.filter(item=source)

    def active_of(self, source: Source) -> Conversion | None:
        return self.active().of(source).first()

    def done(self) -> ConversionQuerySet:
        return self.filter(state=DONE)

    def current(self) -> ConversionQuerySet:
        """Those of the file that the item has now; a changed file invalidates earlier results. Uploads never change."""
        same = Q(source_size=F("item__size"), source_changed_ns=F("item__changed_ns"))
        return self.filter(same | Q(item=None))

    def result_of(self, source: Source) -> Conversion | None:
        """Return the newest result of the present file."""
        return self.done().of(source).filter(**source.file_identity).order_by("-pk").first()

    def playable_of(self, source: Source) -> Conversion | None:
        """Return the running conversion if players can begin with it."""
        return self.active().of(source).filter(playable=True, **source.file_identity).first()

    def playable_of_items(self, items: Iterable[MediaItem]) -> dict[int, Conversion]:
        """As `playable_of`, by the item's id."""
        identities = {item.pk: item.file_identity for item in items}
        rows = self.active().filter(item__in=list(identities), playable=True)
        return {
            row.item_id: row
            for row in rows
            if row.item_id and all(getattr(row, k) == v for k, v in identities[row.item_id].items())
        }

    def durations_of(self, pks: Iterable[int]) -> dict[int, float | None]:
        return dict(self.filter(pk__in=list(pks)).values_list("pk", "duration"))

    def duration_of(self, pk: int) -> float | None:
        return self.filter(pk=pk).values_list("duration", flat=True).first()

    def latest_of(self, items: Iterable[MediaItem]) -> dict[int, Conversion]:
        """Return the newest conversion of each item's present file, by the item's id."""
        rows = self.current().filter(item__in=[item.pk for item in items]).order_by("pk")
        return {row.item_id: row for row in rows if row.item_id is not None}

    def latest_of_uploads(self, uploads: Iterable[Upload]) -> dict[int, Conversion]:
        rows = self.filter(upload__in=[upload.pk for upload in uploads]).order_by("pk")
        return {row.upload_id: row for row in rows if row.upload_id is not None}

    def recent(self, since: datetime, limit: int = 100) -> list[Conversion]:
        """Return active conversions of items and those that ended since, the newest first, each with its item."""
        rows = self.filter(Q(state__in=ACTIVE) | Q(finished_at__gte=since), upload=None)
        return list(rows.select_related("item").order_by("-pk")[:limit])

    def convertible_items(self, below: str, after: int, limit: int) -> list[MediaItem]:
        """Return items of a folder, after a primary key, that need a conversion and have no result."""
        rows = MediaItem.objects.present().filter(plays__in=CONVERTIBLE, prepared="", pk__gt=after)
        return list(rows.filter(path__startswith=below).order_by("pk")[:limit])

    def lock(self, source: Source) -> Source:
        """Return the whole row, locked until the transaction ends."""
        rows = Upload.objects if isinstance(source, Upload) else MediaItem.objects
        return rows.select_for_update().get(pk=source.pk)

    def show_result(self, job: Conversion) -> None:
        """Have the item or the upload name its result, unless an item's file has changed meanwhile."""
        same = {"size": job.source_size, "changed_ns": job.source_changed_ns}
        MediaItem.objects.filter(conversions=job, **same).update(prepared=job.path)
        Upload.objects.filter(conversions=job).update(prepared=job.path)

    def hide_result(self, job: Conversion) -> None:
        MediaItem.objects.filter(conversions=job, prepared=job.path).update(prepared="")
        Upload.objects.filter(conversions=job, prepared=job.path).update(prepared="")

    def has_work(self, now_ms: float) -> bool:
        """Whether a worker would find something to do."""
        return self.filter(_claimable(now_ms)).exists()

    def has_waited(self, now_ms: float, seconds: float) -> bool:
        """Whether a job has been free for so long."""
        before = timezone.now() - timedelta(seconds=seconds)
        return self.filter(_claimable(now_ms), created_at__lt=before).exists()

    def claim(self, worker: str, now_ms: float) -> Conversion | None:
        """Take the oldest job that is free, or return None. Each start counts as an attempt."""
        free = self.filter(_claimable(now_ms), attempts__lt=MAX_ATTEMPTS + F("stops"))
        for pk, attempts in free.order_by("pk").values_list("pk", "attempts")[:CLAIM_CANDIDATES]:
            mine = self.filter(_claimable(now_ms), pk=pk, attempts=attempts)
            values = {"state": RUNNING, "worker": worker, "attempts": attempts + 1, "speed": None}
            if mine.update(**values, lease_until_ms=now_ms + LEASE_MS):
                return self.select_related("item", "upload").get(pk=pk)
        return None

    def fail_abandoned(self, now_ms: float, error: str) -> int:
        """Fail jobs whose last attempt ended without a word."""
        lapsed = self.filter(_claimable(now_ms), attempts__gte=MAX_ATTEMPTS + F("stops"))
        return lapsed.update(state=FAILED, error=error, finished_at=timezone.now())

    def held(self, job: Conversion) -> ConversionQuerySet:
        """The job if this attempt still has it. Every write of a worker goes through here."""
        return self.filter(pk=job.pk, state=RUNNING, worker=job.worker, attempts=job.attempts)

    def renew(self, job: Conversion, now_ms: float, **progress: float | bool | None) -> bool:
        """Extend the lease and store the progress; return False if the job was cancelled or taken over."""
        return bool(self.held(job).update(lease_until_ms=now_ms + LEASE_MS, **progress))

    def give_back(self, job: Conversion, *, failed: bool) -> bool:
        """Return a job to the queue, because the attempt failed or because its worker ends."""
        stops = job.stops + (not failed)
        return bool(self.held(job).update(state=QUEUED, worker="", lease_until_ms=0, stops=stops))

    def fail(self, job: Conversion, error: str) -> bool:
        values = {"state": FAILED, "error": error[:MAX_ERROR], "finished_at": timezone.now()}
        return bool(self.held(job).update(**values))

    def cancel(self, source: Source) -> int:
        """Cancel the active jobs; a running one stops at its next progress report."""
        return self.active().of(source)._cancel()

    def cancel_jobs(self, jobs: Iterable[Conversion]) -> int:
        return self.active().filter(pk__in=[job.pk for job in jobs])._cancel()

    def _cancel(self) -> int:
        return self.update(state=CANCELLED, finished_at=timezone.now(), playable=False)

    def lock_queue(self) -> None:
        """Let one transaction at a time count what is waiting and add to it."""
        lock_until_commit("conversion queue")

    def count_active_by(self, person: Person) -> int:
        return self.active().filter(asked_by=person).count()

    def used_bytes(self) -> int:
        return self.done().aggregate(total=Sum("size"))["total"] or 0

    def removable(self, played_before: datetime) -> list[Conversion]:
        """Return results that were not played since, never played ones first, then the longest unplayed."""
        unused = self.done().filter(Q(played_at=None) | Q(played_at__lt=played_before))
        return list(unused.order_by(F("played_at").asc(nulls_first=True), "finished_at", "pk")[:1000])

    def outdated(self) -> list[Conversion]:
        """Return results of files that have changed since."""
        current = self.current().done().values("pk")
        return list(self.done().exclude(pk__in=current)[:1000])

    def mark_played(self, pk: int, now: datetime) -> None:
        self.filter(pk=pk).update(played_at=now)

    def discardable(self, before: datetime) -> ConversionQuerySet:
        """Failed and cancelled jobs that ended before; results stay."""
        return self.filter(state__in=(FAILED, CANCELLED), finished_at__lt=before)

    def by_state(self) -> dict[str, int]:
        counted = dict(self.values_list("state").annotate(jobs=Count("pk")).order_by())
        return {state: counted.get(state, 0) for state in STATES}


def _claimable(now_ms: float) -> Q:
    return Q(state=QUEUED) | Q(state=RUNNING, lease_until_ms__lte=now_ms)


class Conversion(models.Model):
    """A job and, once done, its result: of an item of the library, or of an upload.

    `attempts`: starts so far; `stops`: how many of them ended because their worker did, which is no failure.
    `height`: of an encoded picture at most; `light`: of a second one for slow lines, 0 for none.
    `size`: in bytes; what is expected until it is done.
    `entry`: the file of the result that players open. `playable`: a running job has enough for a player to begin.
    `source_size`, `source_changed_ns`: the file when the job was made.
    """

    item = models.ForeignKey(
        MediaItem, null=True, blank=True, on_delete=models.CASCADE, related_name="conversions"
    )
    upload = models.ForeignKey(
        Upload, null=True, blank=True, on_delete=models.CASCADE, related_name="conversions"
    )
    kind = models.CharField(max_length=9)
    height = models.PositiveIntegerField(default=0)
    light = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=9, default=QUEUED)
    progress = models.FloatField(default=0)
    speed = models.FloatField(null=True, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    stops = models.PositiveIntegerField(default=0)
    worker = models.CharField(max_length=60, blank=True, default="")
    lease_until_ms = models.FloatField(default=0)
    error = models.CharField(max_length=MAX_ERROR, blank=True, default="")
    entry = models.CharField(max_length=20)
    playable = models.BooleanField(default=False)
    duration = models.FloatField(null=True, blank=True)
    size = models.BigIntegerField(default=0)
    source_size = models.BigIntegerField(default=0)
    source_changed_ns = models.BigIntegerField(default=0)
    asked_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="conversions"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    played_at = models.DateTimeField(null=True, blank=True)

    objects = ConversionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(state__in=ACTIVE), name="conversion_one_active"
            ),
            models.UniqueConstraint(
                fields=["upload"], condition=Q(state__in=ACTIVE), name="conversion_one_active_of_upload"
            ),
            models.CheckConstraint(
                condition=Q(item=None, upload__isnull=False) | Q(item__isnull=False, upload=None),
                name="conversion_of_one_file",
            ),
            models.CheckConstraint(condition=Q(state__in=STATES), name="conversion_state_known"),
        ]
        indexes = [
            # Workers look for jobs every few seconds.
            models.Index(fields=["id"], name="conversion_active", condition=Q(state__in=ACTIVE)),
            models.Index(fields=["finished_at"], name="conversion_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.source} ({self.state})"

    @property
    def source(self) -> Source:
        found = self.item or self.upload
        assert found is not None  # a constraint
        return found

    @property
    def owner(self) -> str:
        """The name of the folder that holds the results of this item or upload."""
        return str(self.item_id) if self.upload_id is None else f"u{self.upload_id}"

    @property
    def failed_attempts(self) -> int:
        return self.attempts - self.stops

    def progress_at(self, now_ms: float, duration_s: float | None) -> float:
        """Return the progress at this moment (server clock): a report renews the lease."""
        reported_ms = self.lease_until_ms - LEASE_MS if self.state == RUNNING else None
        age_s = (now_ms - reported_ms) / 1000 if reported_ms is not None else None
        return progress_now(self.progress, duration_s, self.speed, age_s)

    @property
    def path(self) -> str:
        """The result's path below its owner's folder, as `prepared` of the item or upload stores it."""
        return f"{self.pk}/{self.entry}"

    @property
    def url(self) -> str:
        below = self.upload.url if self.upload is not None else f"{CONVERTED_AT}{self.item_id}"
        return f"{below}/{self.path}"
