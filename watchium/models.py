"""The last run of the daily maintenance."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

ONLY_PK = 1
# An unfinished run older than this has died or hangs; two runs at the same time do no harm.
ABANDONED_MS = 600_000.0


class MaintenanceRunQuerySet(models.QuerySet["MaintenanceRun"]):
    def last(self) -> MaintenanceRun | None:
        return self.filter(pk=ONLY_PK).first()

    def claim(self, process: str, now_ms: float) -> bool:
        """Start a run; return False if another process is running one."""
        self.get_or_create(pk=ONLY_PK)
        idle = Q(began_ms__lte=F("finished_ms")) | Q(began_ms__lt=now_ms - ABANDONED_MS) | Q(process=process)
        return bool(self.filter(idle, pk=ONLY_PK).update(process=process, began_ms=now_ms))

    def finish(self, process: str, began_ms: float, now_ms: float, *, rows: int, problem: str = "") -> None:
        values = {
            "process": process,
            "began_ms": began_ms,
            "finished_ms": now_ms,
            "rows": rows,
            "problem": problem[:200],
        }
        if not problem:
            values["succeeded_ms"] = now_ms
        self.update_or_create(pk=ONLY_PK, defaults=values)


class MaintenanceRun(models.Model):
    """A single row: the last run. Times are Unix milliseconds of the wall clock; `process` is a name or "by hand"."""

    process = models.CharField(max_length=16, blank=True, default="")
    began_ms = models.FloatField(default=0)
    finished_ms = models.FloatField(default=0)
    succeeded_ms = models.FloatField(default=0)
    rows = models.BigIntegerField(default=0)
    problem = models.CharField(max_length=200, blank=True, default="")

    objects = MaintenanceRunQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.rows} rows by {self.process} at {self.finished_ms:.0f}"

    @property
    def took_s(self) -> float:
        return max(0.0, self.finished_ms - self.began_ms) / 1000
