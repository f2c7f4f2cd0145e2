"""The leader lease: which process does the periodic work of all rooms, and when a server last ran."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

SINGLETON_PK = 1
LEASE_MS = 2500.0  # a process that missed two ticks loses the lease


class PulseQuerySet(models.QuerySet["Pulse"]):
    def locked(self) -> Pulse:
        self.get_or_create(pk=SINGLETON_PK)
        return self.select_for_update().get(pk=SINGLETON_PK)

    def renew(self, now_ms: float) -> None:
        """Record that a server is running."""
        self.filter(pk=SINGLETON_PK, at_ms__lt=now_ms).update(at_ms=now_ms)

    def try_acquire(self, process: str, now_ms: float) -> bool:
        """Acquire or renew the leader lease for this process; return False while another process holds it."""
        held = Q(turn_at_ms__range=(now_ms - LEASE_MS, now_ms + LEASE_MS))
        available = self.filter(Q(process=process) | ~held, pk=SINGLETON_PK)
        if available.update(process=process, turn_at_ms=now_ms, at_ms=now_ms):
            return True
        fields = {"process": process, "turn_at_ms": now_ms, "at_ms": now_ms}
        return self.get_or_create(pk=SINGLETON_PK, defaults=fields)[1]


class Pulse(models.Model):
    """One row. `process` last renewed its leader lease at `turn_at_ms`. `at_ms`: when a server last ran.

    `granted_ms`: when all presence leases were last extended for a restart.
    """

    process = models.CharField(max_length=16, blank=True)
    turn_at_ms = models.FloatField(default=0)
    at_ms = models.FloatField(default=0)
    granted_ms = models.FloatField(default=0)

    objects = PulseQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.process} at {self.at_ms:.0f}"
