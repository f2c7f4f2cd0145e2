"""Files that members upload to their room. The bytes are on disk (`playback.uploads.storage`), here is the rest."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Sum, When
from django.utils import timezone

from playback.domain.conversions import RESULT_MIMES
from playback.domain.duration import TAGS, Duration
from playback.domain.media_facts import MediaFacts, from_json
from playback.models.media_item import KINDS
from rooms.domain.rights import Right
from rooms.models import Member, Person, Room
from rooms.models.fields import GeneratedCharField
from watchium.db.locks import lock_until_commit

UPLOADS_AT = "/media/uploads/"
ID_CHARS = 32  # hexadecimal
ARRIVING, WHOLE, REFUSED = "arriving", "whole", "refused"
STATES = (ARRIVING, WHOLE, REFUSED)
# So long after the last bytes the space of the rest is kept. Then it is free for others, and resuming asks for it.
RESERVED = timedelta(minutes=15)
SLOWEST = 64 * 1024  # bytes a second: a reservation ends when the largest file would be here at that rate
COUNTED = ("queued", "running", "done")  # conversions that take space or will


def longest_reservation() -> timedelta:
    """Return how long the space of an upload is kept that arrives a little at a time."""
    return RESERVED + timedelta(seconds=settings.UPLOAD_MB * 1024 * 1024 / SLOWEST)


def new_upload_id() -> str:
    return secrets.token_hex(ID_CHARS // 2)


class UploadQuerySet(models.QuerySet["Upload"]):
    def at_id(self, upload_id: str) -> Upload | None:
        return self.select_related("room").filter(upload_id=upload_id).first()

    def in_room(self, room: Room, upload_id: str) -> Upload | None:
        return self.filter(room=room, upload_id=upload_id).first()

    def of_room(self, room: Room, limit: int = 50) -> list[Upload]:
        """Return the room's uploads, the newest first."""
        return list(self.filter(room=room).select_related("person").order_by("-pk")[:limit])

    def reserved_bytes(
        self,
        now: datetime,
        *,
        room: Room | None = None,
        person: Person | None = None,
        address_hash: str = "",
        guests: bool = False,
    ) -> int:
        """Return the final sizes of all uploads that were not refused: of a room, person, address or the instance.

        `guests`: of all persons without an account. Of an upload that stopped arriving, or takes too long, only what is
        here is counted. What they are converted into counts too, before it is done by its expected size.
        """
        rows = self.exclude(state=REFUSED)
        if room is not None:
            rows = rows.filter(room=room)
        if person is not None:
            rows = rows.filter(person=person)
        if address_hash:
            rows = rows.filter(address_hash=address_hash)
        if guests:
            rows = rows.filter(person__account=None)
        late = Q(changed_at__lt=now - RESERVED) | Q(created_at__lt=now - longest_reservation())
        lapsed = When(late, state=ARRIVING, then=F("received"))
        files = rows.aggregate(total=Sum(Case(lapsed, default=F("size"))))
        results = rows.filter(conversions__state__in=COUNTED).aggregate(total=Sum("conversions__size"))
        return (files["total"] or 0) + (results["total"] or 0)

    def lock_space(self) -> None:
        """Let one transaction of the instance at a time count and reserve space."""
        lock_until_commit("upload space")

    def unfinished_since(self, moment: datetime) -> UploadQuerySet:
        """Uploads that got no bytes since that moment, and refused ones, which are kept for their reason."""
        return self.exclude(state=WHOLE).filter(changed_at__lt=moment)

    def of_abandoned_rooms(self, moment: datetime) -> UploadQuerySet:
        """Uploads of closed rooms, and of rooms without activity since that moment."""
        return self.filter(Q(room__closed_at__isnull=False) | Q(room__last_active_at__lt=moment))

    def known_ids(self, upload_ids: list[str]) -> set[str]:
        return set(self.filter(upload_id__in=upload_ids).values_list("upload_id", flat=True))

    def reassign(self, guest: Person, person: Person) -> None:
        self.filter(person=guest).update(person=person)

    def store(self, upload: Upload, changes: dict[str, Any]) -> bool:
        """Change the row and the object; return False if the row was deleted."""
        for name, value in changes.items():
            setattr(upload, name, value)
        return bool(self.filter(pk=upload.pk).update(**changes))


class Upload(models.Model):
    """One file. `size` is its final size; how much of it is here is the length of the file on disk."""

    upload_id = GeneratedCharField(max_length=ID_CHARS, unique=True, default=new_upload_id)
    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="uploads")
    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="uploads")
    title = models.CharField(max_length=200)
    size = models.BigIntegerField()
    received = models.BigIntegerField(default=0)  # as of `changed_at`; the file has the exact length
    address_hash = models.CharField(max_length=64, blank=True, default="")  # of the network it was begun from
    # Of the first and last 64 KiB, as the sender computed it before the upload began; empty if it did not.
    sha256 = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(max_length=8, default=ARRIVING)
    why = models.CharField(max_length=300, blank=True, default="")  # it was refused
    # By its content, as soon as its first bytes are here.
    kind = models.CharField(max_length=5, blank=True, default="")
    mime = models.CharField(max_length=80, blank=True, default="")
    plays_early = models.BooleanField(default=False)
    duration = models.FloatField(null=True, blank=True)
    # Once it is whole, as of an item of the library: what is in it, how it plays, and the result of its conversion.
    facts = models.JSONField(null=True, blank=True, editable=False)
    plays = models.CharField(max_length=9, blank=True, default="", editable=False)
    starts_directly = models.BooleanField(default=True, editable=False)
    prepared = models.CharField(max_length=40, blank=True, default="", editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = UploadQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="upload_size_positive"),
            models.CheckConstraint(condition=Q(state__in=STATES), name="upload_state_known"),
            models.CheckConstraint(condition=Q(kind__in=("", *KINDS)), name="upload_kind_known"),
        ]
        indexes = [models.Index(fields=["state", "changed_at"], name="upload_by_state")]

    def __str__(self) -> str:
        return f"{self.title} ({self.state})"

    @property
    def url(self) -> str:
        return f"{UPLOADS_AT}{self.upload_id}"

    @property
    def is_playable(self) -> bool:
        """Whether players may open it now: it is complete, or its index came first, and browsers play it."""
        if self.state == WHOLE:
            return self.starts_directly or bool(self.prepared)
        return self.state == ARRIVING and self.plays_early

    @property
    def media_facts(self) -> MediaFacts | None:
        return from_json(self.facts)

    @property
    def file_identity(self) -> dict[str, int]:
        """What a conversion stores. The bytes of an upload never change."""
        return {"source_size": self.size, "source_changed_ns": 0}

    @property
    def prepared_url(self) -> str:
        return f"{self.url}/{self.prepared}"

    @property
    def prepared_mime(self) -> str:
        return RESULT_MIMES.get(self.prepared.rpartition("/")[2], "")

    def has_lapsed(self, now: datetime) -> bool:
        """Whether the space for the rest is no longer reserved."""
        is_late = self.changed_at < now - RESERVED or self.created_at < now - longest_reservation()
        return self.state == ARRIVING and is_late

    @property
    def waits_for_index(self) -> bool:
        """Whether a later piece may show that players can begin early."""
        return self.state == ARRIVING and self.mime.endswith("/mp4") and not self.plays_early

    @property
    def known_duration(self) -> Duration | None:
        return Duration(self.duration, TAGS) if self.duration else None

    def may_be_sent_by(self, member: Member) -> bool:
        return self.person_id == member.person_id

    def may_be_removed_by(self, member: Member) -> bool:
        return self.person_id == member.person_id or member.may(Right.MEDIA) or member.is_owner
