"""The event log: one row for each change of a room."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.utils import timezone

from playback.domain.duration import EXACT
from playback.models.playback import members_present
from rooms.models import Member, Person, Room
from watchium.db.prepared import PreparedQuery, run_in_one_round_trip

# A room is active for a day after its last activity, and while a member is present.
ACTIVE = timedelta(days=1)
KEPT_REVISIONS = 500  # of an active room, whatever their age: a returning client may request them


class PlaybackEventQuerySet(models.QuerySet["PlaybackEvent"]):
    def since(self, room: Room, revision: int, limit: int = 500) -> PlaybackEventQuerySet:
        """Return the changes after a revision, oldest first."""
        later = self.filter(room=room, revision__gt=revision).select_related("person")
        return later.order_by("revision")[:limit]

    def loaded_since(self, room: Room, revision: int) -> bool:
        """Whether media were loaded after a revision."""
        return self.filter(room=room, type="load", revision__gt=revision).exists()

    def motions(self, room: Room, since_ms: float, limit: int) -> list[tuple[Any, ...]]:
        """Return the columns of a `Timeline` and the address of the media after each change, oldest first."""
        columns = ("position", "rate", "phase", "at_ms", "revision", "duration", "duration_source")
        rows = self.filter(room=room, revision__isnull=False, at_ms__gte=since_ms).annotate(
            url=KeyTextTransform("url", "media")
        )
        return list(rows.order_by("-revision").values_list(*columns, "url")[:limit])[::-1]

    def media_at(self, room: Room, revisions: Iterable[int]) -> list[Any]:
        """Return the media that the room played at revisions, as stored."""
        return list(self.filter(room=room, revision__in=revisions).values_list("media", flat=True))

    def last_load(self, room: Room, url: str, now_ms: float) -> float | None:
        """Return the server time since when the room plays media, if the log reaches back that far.

        A start that is announced, or was called off, is none.
        """
        loads = self.filter(room=room, type="load", at_ms__lte=now_ms, media__url=url).order_by("-created_at")
        return loads.values_list("at_ms", flat=True).first()

    def of_rooms(self, rooms: models.QuerySet[Room]) -> PlaybackEventQuerySet:
        return self.filter(room__in=rooms)

    def event_at(self, room: Room, revision: int) -> PlaybackEvent | None:
        return self.filter(room=room, revision=revision).select_related("person").first()

    def event_id_at(self, room: Room, revision: int) -> str | None:
        sql = "SELECT event_id FROM playback_playbackevent WHERE room_id = %s AND revision = %s"
        (rows,) = run_in_one_round_trip(PreparedQuery(sql, [room.pk, revision]))
        return rows[0][0] if rows else None

    def discardable(self, before: datetime) -> PlaybackEventQuerySet:
        """Rows older than `before`, except the last changes of an active room, which a client may still request."""
        silent_since = Q(room__last_active_at__lt=timezone.now() - ACTIVE)
        active = ~silent_since | Q(models.Exists(members_present()))
        recent = Q(revision__isnull=False, revision__gt=F("room__revision") - KEPT_REVISIONS)
        return self.filter(created_at__lt=before).exclude(active & recent)

    def remove_name(self, person: Person) -> None:
        """Let the log keep a person's changes without the name."""
        self.filter(person=person).update(username=None, person=None, event_id=None)

    def reassign(self, before: Person, after: Person) -> None:
        """Move the events of one person to another, except those with an `event_id` that both used."""
        same = models.Q(room=models.OuterRef("room"), event_id=models.OuterRef("event_id"))
        taken = self.filter(same, person=after)
        self.filter(person=before).exclude(models.Exists(taken)).update(person=after)


class PlaybackEvent(models.Model):
    """One row of the log: enough to build the same event again.

    `at_ms` is server time, `client_ms` the time that the sender gave for the gesture. `person` made the change; for
    `new_host` it is the new host. Rows without a revision are never published: commands about the queue that leave the
    timeline alone, and rows for diagnosis (buffering, requests for missed events).
    """

    # No index of its own: others begin with the room.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, db_index=False, related_name="playback_events")
    person = models.ForeignKey(Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    username = models.CharField(max_length=48, null=True, blank=True)
    type = models.CharField(max_length=16)
    event_id = models.CharField(max_length=64, null=True, blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    revision = models.BigIntegerField(null=True, blank=True)
    queue_revision = models.BigIntegerField(null=True, blank=True)  # the reply to a command about the queue
    client_ms = models.FloatField(null=True, blank=True)
    at_ms = models.FloatField()
    position = models.FloatField()
    rate = models.FloatField()
    phase = models.CharField(max_length=8)
    duration = models.FloatField(null=True, blank=True)
    duration_source = models.CharField(max_length=8, default=EXACT)
    media: models.JSONField[Any, Any] = models.JSONField(null=True, blank=True)
    cause = models.CharField(max_length=16, null=True, blank=True)
    metadata: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PlaybackEventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["room", "at_ms"], name="event_room_at"),
            models.Index(fields=["room", "type", "-created_at"], name="event_room_type"),
            models.Index(fields=["event_id"], name="event_event_id"),
            models.Index(fields=["created_at"], name="event_created"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["room", "person", "event_id"],
                condition=Q(event_id__isnull=False),
                name="event_once_per_person",
            ),
            models.UniqueConstraint(
                fields=["room", "revision"],
                condition=Q(revision__isnull=False),
                name="event_one_per_revision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.revision or ''} in {self.room_id}"

    @staticmethod
    def to_find_last(room_pk: int) -> PreparedQuery:
        """Select revision and event_id of the room's last change."""
        sql = """SELECT event.revision, event.event_id FROM playback_playbackevent event
            JOIN rooms_room room ON room.id = event.room_id AND room.revision = event.revision WHERE room.id = %s"""
        return PreparedQuery(sql, [room_pk])

    @staticmethod
    def to_replay(by: Member, event_id: str) -> PreparedQuery:
        """Select the `AcceptedCommand` if the member's command was accepted before."""
        # By the member's current person: a guest who signed in a moment ago is another person now.
        sql = """SELECT content_hash, COALESCE(queue_revision, revision), at_ms FROM playback_playbackevent
            WHERE room_id = %s AND event_id = %s
            AND person_id = (SELECT person_id FROM rooms_member WHERE id = %s)"""
        return PreparedQuery(sql, [by.room_id, event_id, by.pk])
