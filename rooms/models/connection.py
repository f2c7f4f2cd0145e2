"""Presence leases: one row for each open socket, renewed by its process."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Value
from django.db.models.functions import Least

from rooms.models.member import Member
from rooms.models.room import Room
from watchium.db.prepared import PreparedQuery, any_of, run_in_one_round_trip


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def renew(self, pks: Collection[int], until_ms: float, batch_size: int = 1000) -> set[int]:
        """Extend the leases of open connections; return the primary keys of those that still exist, closed or not."""
        remaining = list(pks)
        renewed: set[int] = set()
        for start in range(0, len(remaining), batch_size):
            condition = any_of("id", remaining[start : start + batch_size])
            sql = f"""UPDATE rooms_connection SET lapses_at_ms = CASE WHEN closed THEN lapses_at_ms ELSE %s END
                WHERE {condition.sql} RETURNING id"""  # noqa: S608
            (rows,) = run_in_one_round_trip(PreparedQuery(sql, [until_ms, *condition.values]))
            renewed.update(pk for (pk,) in rows)
        return renewed

    def of_person(self, person_pk: int) -> ConnectionQuerySet:
        return self.filter(member__person=person_pk)

    def of_room(self, room: Room) -> ConnectionQuerySet:
        return self.filter(member__room=room)

    def close(self, until_ms: float) -> int:
        """Mark open connections as closed; the process of each closes its socket. The leases lapse at `until_ms`."""
        return self.filter(closed=False).update(closed=True, lapses_at_ms=until_ms)

    def closed_of(self, process: str) -> set[int]:
        """Return the primary keys of a process's connections that closed lately or have to be closed by it."""
        sql = "SELECT id FROM rooms_connection WHERE process = %s AND closed"
        (rows,) = run_in_one_round_trip(PreparedQuery(sql, [process]))
        return {pk for (pk,) in rows}

    def lapse_elsewhere(self, person_pk: int, process: str, now_ms: float) -> float | None:
        """Return when the last lease of a person's open connections in other processes lapses, if there are any."""
        others = (
            self.of_person(person_pk).filter(closed=False, lapses_at_ms__gt=now_ms).exclude(process=process)
        )
        last: float | None = others.aggregate(last=Max("lapses_at_ms"))["last"]
        return last

    def any_lapsed(self, now_ms: float) -> bool:
        """Whether a lease has lapsed. Asked every second: building the other queries takes 3 ms."""
        sql = "SELECT 1 FROM rooms_connection WHERE lapses_at_ms <= %s LIMIT 1"
        (rows,) = run_in_one_round_trip(PreparedQuery(sql, [now_ms]))
        return bool(rows)

    def lapsed(self, now_ms: float, limit: int = 500) -> list[Connection]:
        due = self.filter(lapses_at_ms__lte=now_ms).select_related("member")
        return list(due.order_by("lapses_at_ms")[:limit])

    def delete_superseded(self, now_ms: float) -> int:
        """Delete lapsed leases of members who have another open connection, since no absence follows from them."""
        another = self.filter(member=OuterRef("member"), closed=False, lapses_at_ms__gt=now_ms)
        return self.filter(Exists(another), lapses_at_ms__lte=now_ms).delete()[0]

    def extend_to(self, until_ms: float) -> int:
        """Extend leases that would lapse earlier to `until_ms`."""
        return self.filter(lapses_at_ms__lt=until_ms).update(lapses_at_ms=until_ms)

    def extend_by(self, by_ms: float, until_ms: float) -> int:
        """Extend leases by `by_ms`, but not beyond `until_ms`."""
        later = Least(F("lapses_at_ms") + by_ms, Value(until_ms))
        return self.filter(lapses_at_ms__lt=until_ms).update(lapses_at_ms=later)

    def people_online(self) -> int:
        connected = self.filter(member__present=True)
        return connected.aggregate(online=Count(F("member__person"), distinct=True))["online"] or 0


class Connection(models.Model):
    """An open socket's lease, which lapses unless renewed. A closed connection keeps its lease for a grace period."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="connections")
    device_id = models.CharField(max_length=16, blank=True)
    process = models.CharField(max_length=16)
    closed = models.BooleanField(default=False)
    opened_at_ms = models.FloatField()
    # No index: lapsed leases are searched once a second, and every lease is written every three seconds.
    lapses_at_ms = models.FloatField()

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["device_id"], name="connection_device"),
            models.Index(fields=["process"], name="connection_ended", condition=Q(closed=True)),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} until {self.lapses_at_ms:.0f}"

    @staticmethod
    def to_count_open(device_id: str, now_ms: float) -> PreparedQuery:
        """Count the open sockets of a browser."""
        sql = """SELECT count(*) FROM rooms_connection
            WHERE device_id = %s AND NOT closed AND lapses_at_ms > %s"""
        return PreparedQuery(sql, [device_id, now_ms])
