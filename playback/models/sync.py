"""How far everybody was off when a change happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Avg, Count, Q

from rooms.models import Member, Room


@dataclass(frozen=True)
class Share:
    """How many sync states of one kind there were, how many in sync, and their mean difference in seconds."""

    kind: str
    judged: int
    synced: int
    difference_s: float

    @property
    def percentage(self) -> float:
        return 100 * self.synced / self.judged


class SyncStateQuerySet(models.QuerySet["SyncState"]):
    def by_type(self, since: datetime, room: Room | None = None) -> list[Share]:
        """How well each kind of change found its members in step, the most frequent first."""
        rows = self.filter(created_at__gte=since, is_synced__isnull=False)
        if room is not None:
            rows = rows.filter(room=room)
        counted = rows.values("sync_event_type").annotate(
            judged=Count("pk"),
            synced=Count("pk", filter=Q(is_synced=True)),
            difference=Avg("time_difference"),
        )
        columns = ("sync_event_type", "judged", "synced", "difference")
        return [Share(*row) for row in counted.order_by("-judged", "sync_event_type").values_list(*columns)]

    def discardable(self, before: datetime) -> SyncStateQuerySet:
        return self.filter(created_at__lt=before)


class SyncState(models.Model):
    """Where a present member was when a change happened, beside where the room was; seconds.

    A member who has not said anything lately has a row without a time.
    """

    room = models.ForeignKey(Room, on_delete=models.CASCADE, related_name="sync_states")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="sync_states")
    host_time = models.FloatField()
    member_time = models.FloatField(null=True, blank=True)
    time_difference = models.FloatField(null=True, blank=True)
    is_synced = models.BooleanField(null=True)
    sync_event_type = models.CharField(max_length=16)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SyncStateQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["room", "-created_at"], name="sync_room_created"),
            models.Index(fields=["created_at", "sync_event_type"], name="sync_created_type"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} at {self.sync_event_type}"
