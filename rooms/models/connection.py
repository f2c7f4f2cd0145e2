"""The leases by which people are here."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Least

from rooms.models.member import Member
from rooms.models.room import Room
from watchium.db.prepared import PreparedQuery, any_of, run_in_one_round_trip


class ConnectionQuerySet(models.QuerySet["Connection"]):
    def renew(self, pks: Collection[int], until_ms: float, at_once: int = 1000) -> set[int]:
        """Prolong the leases of open connections; which of them there were."""
        numbers = list(pks)
        renewed: set[int] = set()
        for start in range(0, len(numbers), at_once):
            which = any_of("id", numbers[start : start + at_once])
            words = f"""UPDATE rooms_connection SET lapses_at_ms = %s
                WHERE {which.sql} AND NOT closed RETURNING id"""  # noqa: S608
            (rows,) = run_in_one_round_trip(PreparedQuery(words, [until_ms, *which.values]))
            renewed.update(pk for (pk,) in rows)
        return renewed

    def of_person(self, person_pk: int) -> ConnectionQuerySet:
        return self.filter(member__person=person_pk)

    def of_room(self, room: Room) -> ConnectionQuerySet:
        return self.filter(member__room=room)

    def end(self, until_ms: float) -> int:
        """Their sockets are to close, wherever they are; as closed ones they stay for a grace."""
        return self.filter(closed=False).update(closed=True, lapses_at_ms=until_ms)

    def ended(self, process: str) -> set[int]:
        """Those of a process that closed within the last seconds, or are to."""
        words = "SELECT id FROM rooms_connection WHERE process = %s AND closed"
        (rows,) = run_in_one_round_trip(PreparedQuery(words, [process]))
        return {pk for (pk,) in rows}

    def lapsed(self, now_ms: float, limit: int = 500) -> list[Connection]:
        due = self.filter(lapses_at_ms__lte=now_ms).select_related("member")
        return list(due.order_by("lapses_at_ms")[:limit])

    def delete_superseded(self, now_ms: float) -> int:
        """Lapsed ones of members who came back by another: nothing follows from those. How many there were."""
        another = self.filter(member=OuterRef("member"), closed=False, lapses_at_ms__gt=now_ms)
        return self.filter(Exists(another), lapses_at_ms__lte=now_ms).delete()[0]

    def extend_to(self, until_ms: float) -> int:
        """Leases that would lapse before that hold until then."""
        return self.filter(lapses_at_ms__lt=until_ms).update(lapses_at_ms=until_ms)

    def extend_by(self, by_ms: float, until_ms: float) -> int:
        """The same, but by no more than that."""
        later = Least(F("lapses_at_ms") + by_ms, Value(until_ms))
        return self.filter(lapses_at_ms__lt=until_ms).update(lapses_at_ms=later)

    def people_online(self) -> int:
        here = self.filter(member__present=True)
        return here.aggregate(online=Count(F("member__person"), distinct=True))["online"] or 0


class Connection(models.Model):
    """One open socket: a lease that lapses unless renewed. A closed one stays for a grace."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="connections")
    device_id = models.CharField(max_length=16, blank=True)
    process = models.CharField(max_length=16)
    closed = models.BooleanField(default=False)
    opened_at_ms = models.FloatField()
    # No index: who lapsed is looked for once a second, and each lease is renewed every three.
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
        """How many sockets a browser has open."""
        words = """SELECT count(*) FROM rooms_connection
            WHERE device_id = %s AND NOT closed AND lapses_at_ms > %s"""
        return PreparedQuery(words, [device_id, now_ms])
