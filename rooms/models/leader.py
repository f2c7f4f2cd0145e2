"""When a server last ran, and which process looks after what becomes due in all rooms."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

SINGLETON_PK = 1
LEASE_MS = 2500.0  # a process silent for so long has lost its turn: two looks


class PulseQuerySet(models.QuerySet["Pulse"]):
    def locked(self) -> Pulse:
        self.get_or_create(pk=SINGLETON_PK)
        return self.select_for_update().get(pk=SINGLETON_PK)

    def renew(self, now_ms: float) -> None:
        """A server runs."""
        self.filter(pk=SINGLETON_PK, at_ms__lt=now_ms).update(at_ms=now_ms)

    def try_acquire(self, process: str, now_ms: float) -> bool:
        """Whether it is this process's turn. It stays so until that was not asked for a while."""
        theirs = Q(turn_at_ms__range=(now_ms - LEASE_MS, now_ms + LEASE_MS))
        mine = self.filter(Q(process=process) | ~theirs, pk=SINGLETON_PK)
        if mine.update(process=process, turn_at_ms=now_ms, at_ms=now_ms):
            return True
        facts = {"process": process, "turn_at_ms": now_ms, "at_ms": now_ms}
        return self.get_or_create(pk=SINGLETON_PK, defaults=facts)[1]


class Pulse(models.Model):
    """One row. `at_ms`: when a server last ran; `granted_ms`: since when leases were last made fresh."""

    process = models.CharField(max_length=16, blank=True)
    turn_at_ms = models.FloatField(default=0)
    at_ms = models.FloatField(default=0)
    granted_ms = models.FloatField(default=0)

    objects = PulseQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.process} at {self.at_ms:.0f}"
