"""Sync states: how far each member was from the room at a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from django.db import connection, models
from django.db.models import Avg, Count, Q
from django.utils import timezone

from playback.domain.drift import MAX_AGE_MS, SYNCED_S
from rooms.models import Member, Room
from watchium.db.prepared import PreparedQuery

# A member without a recent report here may report to another process, which writes it into Member. One row for each
# present member, whose number is bounded.
_OF_PRESENT = """
INSERT INTO playback_syncstate
    (room_id, member_id, host_time, member_time, time_difference, is_synced, sync_event_type, created_at)
SELECT room_id, member_id, host_time, member_time, abs(host_time - member_time),
    abs(host_time - member_time) <= {synced_s}, %s, %s
FROM (
    SELECT member.room_id AS room_id, member.id AS member_id, CAST(%s AS double precision) AS host_time,
        COALESCE({reported_s}, CASE WHEN member.last_heartbeat BETWEEN %s AND %s AND member.is_synced IS NOT NULL
            THEN member.position + CAST(%s AS double precision) * {age_s} END) AS member_time
    FROM rooms_member member JOIN rooms_person person ON person.id = member.person_id
    WHERE member.room_id = %s AND member.left_at IS NULL AND member.present
) AS here
"""
_SQL = {
    "postgresql": _OF_PRESENT.format(
        synced_s=SYNCED_S,
        reported_s="CAST(CAST(%s AS jsonb) ->> person.user_id AS double precision)",
        age_s="EXTRACT(EPOCH FROM (%s - member.last_heartbeat))",
    ),
    "sqlite": _OF_PRESENT.format(
        synced_s=SYNCED_S,
        reported_s="""json_extract(%s, '$."' || person.user_id || '"')""",
        age_s="((julianday(%s) - julianday(member.last_heartbeat)) * 86400.0)",
    ),
}


@dataclass(frozen=True)
class Share:
    """The sync states of one kind of change: how many, how many in sync, their mean difference in seconds."""

    kind: str
    evaluated: int
    synced: int
    difference_s: float

    @property
    def percentage(self) -> float:
        return 100 * self.synced / self.evaluated


class SyncStateQuerySet(models.QuerySet["SyncState"]):
    def by_type(self, since: datetime, room: Room | None = None) -> list[Share]:
        """Return the share of members in sync for each kind of change, the most frequent kind first."""
        rows = self.filter(created_at__gte=since, is_synced__isnull=False)
        if room is not None:
            rows = rows.filter(room=room)
        counted = rows.values("sync_event_type").annotate(
            evaluated=Count("pk"),
            synced=Count("pk", filter=Q(is_synced=True)),
            difference=Avg("time_difference"),
        )
        columns = ("sync_event_type", "evaluated", "synced", "difference")
        return [
            Share(*row) for row in counted.order_by("-evaluated", "sync_event_type").values_list(*columns)
        ]

    def people_between(self, room: Room, start: datetime, end: datetime, limit: int) -> list[int]:
        """Return the persons (primary keys) who were present at a change between two times."""
        rows = self.filter(room=room, created_at__gte=start, created_at__lte=end)
        people = rows.order_by("member__person_id").values_list("member__person_id", flat=True)
        return list(people.distinct()[:limit])

    def discardable(self, before: datetime) -> SyncStateQuerySet:
        return self.filter(created_at__lt=before)


class SyncState(models.Model):
    """The positions of the room and of a present member at a change, in seconds.

    A member without a recent report has a row without a position.
    """

    # No index of its own: another one begins with the room column.
    room = models.ForeignKey(Room, on_delete=models.CASCADE, db_index=False, related_name="sync_states")
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

    @staticmethod
    def insert_for_present(
        room: Room,
        kind: str,
        host_time: float,
        velocity: float,
        positions: Mapping[str, float],
        within_ms: float = MAX_AGE_MS,
    ) -> PreparedQuery:
        """Insert one row for each present member, with the positions of the room and the member.

        `positions` has the members with a recent report, by user_id. Others are assumed to have moved with `velocity`
        from their stored position, if that was written within `within_ms`.
        """
        now = timezone.now()
        stored, oldest = map(
            connection.ops.adapt_datetimefield_value, (now, now - timedelta(milliseconds=within_ms))
        )
        encoded = msgspec.json.encode(positions).decode()
        values = [kind, stored, host_time, encoded, oldest, stored, velocity, stored, room.pk]
        return PreparedQuery(_SQL[connection.vendor], values)
