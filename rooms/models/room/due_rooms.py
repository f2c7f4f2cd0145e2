"""The rooms that periodic work and daily cleaning change, and those of persons who leave."""

from __future__ import annotations

from datetime import datetime
from typing import Self, TypeVar

from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Least

from rooms.models.person import Person
from watchium.db.prepared import PreparedQuery, run_in_one_round_trip

M = TypeVar("M", bound=models.Model, covariant=True)


class DueRoomsQuerySet(models.QuerySet[M]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def with_queue_of(self, person: Person) -> list[int]:
        """Return the open rooms (primary keys) that have a queue and this member."""
        return sorted(room for _, room in self.with_queues_of([person.pk]))

    def with_queues_of(self, people: list[int]) -> list[tuple[int, int]]:
        """Return persons and open rooms with a queue in which they ever were (primary keys)."""
        rows = self.open().filter(members__person__in=people, queue_revision__gt=0)
        return list(rows.values_list("members__person", "pk"))

    def keeping_evenings(self) -> set[int]:
        """Return the open rooms (primary keys) that keep their evenings."""
        return set(self.open().filter(keep_evenings=True).values_list("pk", flat=True))

    def inactive_since(self, moment: datetime) -> DueRoomsQuerySet[M]:
        return self.open().filter(last_active_at__lt=moment)

    def closed_before(self, moment: datetime) -> DueRoomsQuerySet[M]:
        return self.filter(closed_at__lt=moment)

    def never_played(self, before: datetime) -> DueRoomsQuerySet[M]:
        """Empty rooms last active before that moment whose playback was never changed."""
        unused = self.inactive_since(before).filter(revision=0, is_demo=False)
        return unused.exclude(members__present=True)

    def with_expired_host_grace(self, now_ms: float, limit: int = 100) -> list[int]:
        sql = f"SELECT id FROM rooms_room WHERE seat_until_ms <= %s LIMIT {limit}"  # noqa: S608
        (rows,) = run_in_one_round_trip(PreparedQuery(sql, [now_ms]))
        return [pk for (pk,) in rows]

    def extend_host_grace_to(self, until_ms: float) -> int:
        """Extend grace periods of hosts that would end earlier to `until_ms`."""
        return self.filter(seat_until_ms__lt=until_ms).update(seat_until_ms=until_ms)

    def extend_host_grace_by(self, by_ms: float, until_ms: float) -> int:
        """Extend grace periods of hosts by `by_ms`, but not beyond `until_ms`."""
        later = Least(F("seat_until_ms") + by_ms, Value(until_ms))
        return self.filter(seat_until_ms__lt=until_ms).update(seat_until_ms=later)
