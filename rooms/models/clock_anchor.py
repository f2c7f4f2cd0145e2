"""What the server's clock stands on."""

from __future__ import annotations

from django.db import models


class ClockAnchorQuerySet(models.QuerySet["ClockAnchor"]):
    def keep(self, boot_id: str, proposed_ms: float) -> float:
        """The anchor of this boot in Unix ms; the first process to ask sets it."""
        anchor, _ = self.get_or_create(boot_id=boot_id, defaults={"anchor_ms": proposed_ms})
        return anchor.anchor_ms


class ClockAnchor(models.Model):
    """What is added to the time since boot to get server time, once per boot."""

    boot_id = models.CharField(max_length=64, unique=True)
    anchor_ms = models.FloatField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ClockAnchorQuerySet.as_manager()

    def __str__(self) -> str:
        return self.boot_id
